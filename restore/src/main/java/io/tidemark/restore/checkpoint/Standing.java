package io.tidemark.restore.checkpoint;

import io.tidemark.schemas.model.ClusterTime;
import java.util.Map;

/**
 * Where the restore of one replica set stands. Everything up to here is in the target; of what
 * comes after, anything may be.
 *
 * @param parts how many parts of the base are loaded
 * @param baseDocuments documents in them
 * @param applied entries up to this time are applied
 * @param readAfter entries after this time are to be read again: transactions that are open began
 *     with them
 * @param through no entry after this time is applied before the next checkpoint
 * @param operations a run makes its next checkpoint after so many operations at the latest
 * @param orphans removed documents, by namespace
 */
public record Standing(
        Stage stage,
        int parts,
        long baseDocuments,
        ClusterTime applied,
        ClusterTime readAfter,
        ClusterTime through,
        long operations,
        Map<String, Long> orphans) {
    public Standing {
        orphans = Map.copyOf(orphans);
    }

    /** For a restore that nobody goes on with. */
    public static Standing begin(ClusterTime replayAfter) {
        return begin(replayAfter, ClusterTime.MAX, Long.MAX_VALUE);
    }

    /** Before anything is written. */
    public static Standing begin(ClusterTime replayAfter, ClusterTime through, long operations) {
        return new Standing(
                Stage.BASE, 0, 0, replayAfter, replayAfter, through, operations, Map.of());
    }

    public Standing at(Stage next) {
        return new Standing(
                next, parts, baseDocuments, applied, readAfter, through, operations, orphans);
    }

    public Standing loaded(int partsLoaded, long documents) {
        return new Standing(
                stage, partsLoaded, documents, applied, readAfter, through, operations, orphans);
    }

    public Standing applied(ClusterTime at, ClusterTime openAfter) {
        return new Standing(
                stage, parts, baseDocuments, at, openAfter, through, operations, orphans);
    }

    public Standing through(ClusterTime bound) {
        return new Standing(
                stage, parts, baseDocuments, applied, readAfter, bound, operations, orphans);
    }

    public Standing operations(long most) {
        return new Standing(
                stage, parts, baseDocuments, applied, readAfter, through, most, orphans);
    }

    public Standing orphans(Map<String, Long> removed) {
        return new Standing(
                stage, parts, baseDocuments, applied, readAfter, through, operations, removed);
    }
}
