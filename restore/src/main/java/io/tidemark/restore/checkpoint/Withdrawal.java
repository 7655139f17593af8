package io.tidemark.restore.checkpoint;

import io.tidemark.restore.RestoreTarget;
import io.tidemark.restore.previous.PutBack;
import io.tidemark.restore.replay.DocumentId;
import io.tidemark.restore.replay.DocumentWrite;
import io.tidemark.restore.replay.ReplayState;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.bson.RawDocumentBuilder;
import io.tidemark.schemas.bson.RawElement;
import io.tidemark.schemas.model.Namespace;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Takes back what a restore that was cut off has put into a target, as far as its mark and its log
 * name it, and gives back what it kept; nothing else is touched. The mark goes last: cut off
 * itself, it is done again.
 */
public final class Withdrawal {
    private static final Namespace VERSION = Namespace.of("admin.system.version");
    private static final String REMOVED = "what it had made is removed";
    private static final String SESSIONS = "config.system.sessions";
    private static final List<String> METADATA =
            List.of("chunks", "collections", "databases", "settings", "shards", "tags", "version");

    private final RestoreTarget target;
    private final Checkpoints checkpoints;
    private final RestoreMark mark;
    private final boolean configServer;
    private final Map<Namespace, Optional<UUID>> present;

    /**
     * @param checkpoints of the run that takes back, which has the target in its hands
     */
    public Withdrawal(RestoreTarget target, Checkpoints checkpoints, boolean configServer) {
        this.target = target;
        this.checkpoints = checkpoints;
        this.mark = checkpoints.mark();
        this.configServer = configServer;
        this.present = target.collections();
    }

    public void run() {
        if (!mark.arguments().containsKey(REMOVED)) {
            remove();
            // What is given back has names that the restore's collections had.
            checkpoints.put(checkpoints.mark().with(REMOVED, "yes"));
        }
        new PutBack(target, mark.before().replaced().kept()).run();
        target.unmark();
    }

    private void remove() {
        Checkpoints.Found found = checkpoints.read();
        Set<UUID> made = new HashSet<>();
        Set<Namespace> names = new HashSet<>(found.collections().keySet());
        for (ReplayState.Saved collection : found.state().collections()) {
            collection.targetUuid().ifPresent(made::add);
            collection.physical().ifPresent(names::add);
            if (mark.standing().stage().compareTo(Stage.FINISH) >= 0) {
                views(collection).forEach(names::add);
            }
        }
        present.forEach(
                (name, uuid) -> {
                    if (names.contains(name) || uuid.filter(made::contains).isPresent()) {
                        target.drop(name);
                    }
                });
        if (mark.standing().stage().compareTo(Stage.FINISH) >= 0) {
            removeIdentity();
        }
    }

    private static List<Namespace> views(ReplayState.Saved collection) {
        if (!collection.namespace().collection().equals("system.views")) {
            return List.of();
        }
        return collection.held().stream()
                .flatMap(view -> view.string("_id").flatMap(Namespace::parse).stream())
                .toList();
    }

    /** What told the target which cluster it belongs to. A running cluster keeps its own. */
    private void removeIdentity() {
        boolean member =
                mark.before().member().shardIdentity().isPresent()
                        || !mark.before().member().knownShards().isEmpty();
        if (configServer && member) {
            removeChunks();
        } else if (configServer) {
            METADATA.stream()
                    .map(name -> new Namespace("config", name))
                    .filter(present::containsKey)
                    .forEach(target::drop);
        } else if (!member && present.containsKey(VERSION)) {
            RawDocument identity =
                    RawDocument.of(
                            new RawDocumentBuilder().appendString("_id", "shardIdentity").build());
            target.write(
                    VERSION, List.of(new DocumentWrite.Delete(DocumentId.ofDocument(identity))));
        }
    }

    private void removeChunks() {
        Namespace chunks = Namespace.of("config.chunks");
        Namespace collections = Namespace.of("config.collections");
        if (!present.containsKey(chunks)) {
            return;
        }
        Set<UUID> sessions = new HashSet<>();
        if (present.containsKey(collections)) {
            target.scan(
                    collections,
                    c -> {
                        if (c.string("_id").filter(SESSIONS::equals).isPresent()) {
                            c.find("uuid").flatMap(RawElement::uuid).ifPresent(sessions::add);
                        }
                    });
        }
        List<DocumentWrite> deletes = new ArrayList<>();
        target.scan(
                chunks,
                chunk -> {
                    boolean own =
                            chunk.string("ns").filter(SESSIONS::equals).isPresent()
                                    || chunk.find("uuid")
                                            .flatMap(RawElement::uuid)
                                            .filter(sessions::contains)
                                            .isPresent();
                    if (!own) {
                        RawDocument kept = RawDocument.of(chunk.toBytes());
                        deletes.add(new DocumentWrite.Delete(DocumentId.ofDocument(kept)));
                    }
                });
        if (!deletes.isEmpty()) {
            target.write(chunks, deletes);
        }
    }
}
