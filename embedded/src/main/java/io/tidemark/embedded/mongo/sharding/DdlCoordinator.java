package io.tidemark.embedded.mongo.sharding;

import io.tidemark.embedded.mongo.ServerVersion;
import io.tidemark.embedded.mongo.WriteContext;
import java.util.List;
import java.util.Optional;
import org.bson.BsonDocument;
import org.bson.BsonInt32;

/**
 * Carries one change of the catalogue over several sets. From 5.0 a document on the primary shard
 * frames the work: a primary elected there in the middle of it finds the document and takes the
 * present phase again from its start, so that a line of the changelog may come twice (F§6); where
 * the document did not survive, nothing was done yet and nothing will be.
 */
final class DdlCoordinator implements Stepwise {
    private static final String DOCUMENTS = "config.system.sharding_ddl_coordinators";

    private final Core core;
    private final Member primary;
    private final String operation;
    private final String subject;
    private final boolean resumes;
    private final Steps steps = new Steps();
    private long term;
    private boolean recorded;
    private ClusterEvent event;

    /**
     * @param operation as the coordinator's document names it
     * @param subject namespace or database
     */
    DdlCoordinator(Core core, Member primary, String operation, String subject) {
        this(core, primary, operation, subject, core.atLeast(ServerVersion.V5_0));
    }

    private DdlCoordinator(
            Core core, Member primary, String operation, String subject, boolean resumes) {
        this.core = core;
        this.primary = primary;
        this.operation = operation;
        this.subject = subject;
        this.resumes = resumes;
        this.term = primary.set().term();
        steps.then("begin", this::begin);
        if (resumes) {
            steps.then("record the coordinator", this::record);
        }
    }

    /** One that leaves no document and is not resumed. */
    static DdlCoordinator unrecorded(Core core, Member primary, String operation, String subject) {
        return new DdlCoordinator(core, primary, operation, subject, false);
    }

    Core core() {
        return core;
    }

    Member primary() {
        return primary;
    }

    DdlCoordinator then(String name, Runnable work) {
        steps.then(name, work);
        return this;
    }

    /** The next step opens a phase; whoever resumes goes back to it. */
    DdlCoordinator phase() {
        steps.phase();
        return this;
    }

    DdlCoordinator log(Member writer, String what, BsonDocument details) {
        return log(writer, what, subject, details);
    }

    DdlCoordinator log(Member writer, String what, String namespace, BsonDocument details) {
        return then("log " + what, () -> core.changelog().write(writer, what, namespace, details));
    }

    DdlCoordinator block(List<BlockedRange> ranges) {
        return then("block", () -> core.replacing(() -> core.blocked.addAllAbsent(ranges)));
    }

    DdlCoordinator unblock(List<BlockedRange> ranges) {
        return then("unblock", () -> core.blocked.removeAll(ranges));
    }

    /** Adds the steps that end the operation; nothing may be added behind. */
    DdlCoordinator end() {
        if (resumes) {
            steps.then("forget the coordinator", this::forget);
        }
        steps.then("end", () -> core.ended(event));
        return this;
    }

    /** Drops the steps ahead, so that others can be put in their place. */
    DdlCoordinator instead() {
        steps.clear();
        return this;
    }

    boolean hasBegun() {
        return event != null;
    }

    private void begin() {
        event = core.begun(operation, subject);
    }

    private BsonDocument key() {
        return new BsonDocument(
                "_id",
                new BsonDocument("namespace", Bson.string(subject))
                        .append("operationType", Bson.string(operation)));
    }

    private void record() {
        BsonDocument document = key().append("phase", new BsonInt32(0));
        primary.tell(shard -> shard.insert(DOCUMENTS, List.of(document), WriteContext.plain()));
        recorded = true;
    }

    private void forget() {
        primary.tell(shard -> shard.delete(DOCUMENTS, key(), false, WriteContext.plain()));
        recorded = false;
    }

    @Override
    public Optional<String> next() {
        return steps.next();
    }

    /** The next step is taken only when a majority holds what the last one wrote (F§5). */
    @Override
    public void step() {
        resumeAfterFailover();
        core.awaitMajority();
        steps.step();
    }

    private void resumeAfterFailover() {
        long now = primary.set().term();
        if (now == term) {
            return;
        }
        term = now;
        if (!recorded) {
            return;
        }
        boolean survived =
                !primary.call(shard -> shard.find(DOCUMENTS, key(), Optional.empty())).isEmpty();
        if (survived) {
            steps.rewind();
        } else {
            steps.clear();
            core.ended(event);
        }
    }
}
