package io.tidemark.restore.guard;

import io.tidemark.restore.RestoreException;
import io.tidemark.restore.RestoreTarget;
import io.tidemark.restore.replay.DocumentId;
import io.tidemark.restore.replay.DocumentWrite;
import io.tidemark.restore.target.TargetFacts;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.bson.RawDocumentBuilder;
import io.tidemark.schemas.bson.RawElement;
import io.tidemark.schemas.model.Namespace;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What targets do by themselves: removing expired documents and, where their cluster runs, moving
 * chunks. It stops while they are restored into, and goes on afterwards as it did before.
 */
public final class BackgroundWork {
    private static final Logger LOGGER = LoggerFactory.getLogger(BackgroundWork.class);
    private static final Namespace SETTINGS = Namespace.of("config.settings");

    private record Balancer(RestoreTarget configServers, Optional<RawDocument> before) {}

    private final List<RestoreTarget> expiring = new ArrayList<>();
    private Optional<Balancer> balancer = Optional.empty();

    /** What of it the target does now, to go on with in a message; empty if nothing. */
    public static String words(TargetFacts target) {
        List<String> work = of(target);
        return work.isEmpty() ? "" : "; before it, " + String.join(" and ", work);
    }

    private static List<String> of(TargetFacts target) {
        List<String> work = new ArrayList<>();
        if (target.condition().expiresDocuments().orElse(false)) {
            work.add("its parameter ttlMonitorEnabled was true");
        }
        if (hasBalancer(target)) {
            work.add("its balancer ran");
        }
        return work;
    }

    /**
     * Stops the removal of expired documents; a server that restarts begins it again. Writes no
     * data.
     *
     * @throws RestoreException.TargetRefused if the target doesn't let us
     */
    public void stopExpiry(RestoreTarget target, TargetFacts facts) {
        if (!facts.condition().expiresDocuments().orElse(false)) {
            return;
        }
        try {
            target.expireDocuments(false);
        } catch (RestoreException.TargetRefused e) {
            throw new RestoreException.TargetRefused(
                    "Target "
                            + facts.address()
                            + " removes expired documents by itself and doesn't let us stop that,"
                            + " so it could not be verified. Give the user the right to"
                            + " setParameter (role hostManager), or run"
                            + " {setParameter: 1, ttlMonitorEnabled: false} on its primary. Nothing"
                            + " was written. ("
                            + e.getMessage()
                            + ")",
                    e);
        }
        expiring.add(target);
    }

    /** Stops the balancer, if the target is the config servers of a cluster that runs. */
    public void stopBalancer(RestoreTarget target, TargetFacts facts) {
        if (!hasBalancer(facts)) {
            return;
        }
        if (!target.collections().containsKey(SETTINGS)) {
            target.create(SETTINGS, Optional.empty(), document(new RawDocumentBuilder()));
        }
        Optional<RawDocument> before = facts.condition().balancer();
        RawDocumentBuilder stopped = new RawDocumentBuilder().appendString("_id", "balancer");
        before.ifPresent(settings -> appendOthers(settings, stopped));
        RawDocument document =
                document(stopped.appendString("mode", "off").appendBoolean("stopped", true));
        DocumentId id = DocumentId.ofDocument(document);
        target.write(SETTINGS, List.of(new DocumentWrite.Put(id, document, before.isEmpty())));
        balancer = Optional.of(new Balancer(target, before));
    }

    /** An earlier run has stopped what the target did before it. */
    public void stopped(RestoreTarget target, TargetFacts before) {
        if (before.condition().expiresDocuments().orElse(false)) {
            expiring.add(target);
        }
        if (hasBalancer(before)) {
            balancer = Optional.of(new Balancer(target, before.condition().balancer()));
        }
    }

    /** The restore is whole: everything as it was before. */
    public void resume() {
        balancer.ifPresent(BackgroundWork::resumeBalancer);
        balancer = Optional.empty();
        resumeExpiry();
    }

    /**
     * The restore has ended, somehow. Of a cluster that is half restored nothing must be moved: its
     * balancer stays off.
     */
    public void resumeExpiry() {
        for (RestoreTarget target : expiring) {
            try {
                target.expireDocuments(true);
            } catch (RestoreException e) {
                LOGGER.atWarn()
                        .addKeyValue("target", target)
                        .addKeyValue("error", e.getMessage())
                        .log(
                                "The target does not remove expired documents: run {setParameter:"
                                        + " 1, ttlMonitorEnabled: true} on its primary");
            }
        }
        expiring.clear();
    }

    private static void resumeBalancer(Balancer stopped) {
        RawDocument id = document(new RawDocumentBuilder().appendString("_id", "balancer"));
        DocumentId key = DocumentId.ofDocument(id);
        DocumentWrite write =
                stopped.before()
                        .<DocumentWrite>map(settings -> new DocumentWrite.Put(key, settings, false))
                        .orElseGet(() -> new DocumentWrite.Delete(key));
        stopped.configServers().write(SETTINGS, List.of(write));
    }

    private static boolean hasBalancer(TargetFacts target) {
        return !target.knownShards().isEmpty() && target.condition().balances();
    }

    private static void appendOthers(RawDocument settings, RawDocumentBuilder to) {
        for (RawElement field : settings) {
            boolean ours =
                    field.isNamed("_id") || field.isNamed("mode") || field.isNamed("stopped");
            if (!ours) {
                to.append(field);
            }
        }
    }

    private static RawDocument document(RawDocumentBuilder builder) {
        return RawDocument.of(builder.build());
    }
}
