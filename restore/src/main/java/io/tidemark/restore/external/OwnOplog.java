package io.tidemark.restore.external;

import io.tidemark.restore.RestoreException;
import io.tidemark.restore.RestoreTarget;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.oplog.OplogEntry;
import io.tidemark.storage.catalogue.ArchivedReplicaSet;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;

/** Looks in a target's own oplog for its newest entry that is the source's. */
final class OwnOplog {
    /** A server without users writes a noop every ten seconds: more than a week of them. */
    private static final int MOST_NOOPS = 100_000;

    private final ReplicaSet set;
    private final List<ArchivedReplicaSet> lives;
    private final RestoreTarget target;
    private final BiFunction<ArchivedReplicaSet, ClusterTime, Optional<OplogEntry>> archived;
    private Optional<HeldBase> found = Optional.empty();
    private Optional<OplogEntry> own = Optional.empty();
    private int seen;

    /**
     * @param archived the archive's entry of a life at a time, if there is one
     */
    OwnOplog(
            ReplicaSet set,
            List<ArchivedReplicaSet> lives,
            RestoreTarget target,
            BiFunction<ArchivedReplicaSet, ClusterTime, Optional<OplogEntry>> archived) {
        this.set = set;
        this.lives = lives;
        this.target = target;
        this.archived = archived;
    }

    /**
     * @throws RestoreException.TargetRefused if there is none, or the target was written to since
     */
    HeldBase find() {
        target.ownOplog(this::look);
        return found.orElseThrow(this::refusal);
    }

    /** True if the entry before is wanted. */
    private boolean look(RawDocument document) {
        OplogEntry entry = OplogEntry.of(document);
        seen++;
        for (ArchivedReplicaSet life : lives) {
            Optional<OplogEntry> same =
                    archived.apply(life, entry.clusterTime())
                            .filter(e -> e.raw().equals(entry.raw()));
            if (same.isPresent()) {
                ClusterTime at = entry.clusterTime();
                found = Optional.of(new HeldBase(life, at, at, at));
                return false;
            }
        }
        boolean noop = entry.op().equals("n");
        own = noop ? own : Optional.of(entry);
        return noop && seen < MOST_NOOPS;
    }

    private RestoreException refusal() {
        String why =
                seen == 0
                        ? "the target has no oplog"
                        : own.map(
                                        entry ->
                                                "the target's oplog holds "
                                                        + entry.optime()
                                                        + " ("
                                                        + entry.op()
                                                        + " "
                                                        + entry.ns()
                                                        + "), which is not in the archive: it was"
                                                        + " written to since, the entry is not"
                                                        + " archived yet, or the oplog is not the"
                                                        + " source's")
                                .orElse("none of its newest " + seen + " entries is archived");
        return new RestoreException.TargetRefused(
                "Of what time the base in the target of replica set "
                        + set
                        + " is can't be known: "
                        + why
                        + ". Nothing was written. If you know the time, say it by --base-time; a"
                        + " dump that mongorestore has brought in needs that always.");
    }
}
