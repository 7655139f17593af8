package io.tidemark.restore.checkpoint;

import io.tidemark.restore.RestoreTarget;
import io.tidemark.restore.replay.ReplayTarget;
import io.tidemark.schemas.model.Namespace;

/**
 * Where a replica set's mark, checkpoint and log are in the database of the mark.
 *
 * @param id of the mark
 * @param state documents of the checkpoint
 * @param log what is changed after it
 * @param shared whether other replica sets are restored into the same target
 */
public record MarkPlace(String id, Namespace state, Namespace log, boolean shared) {
    /** In a target that takes one replica set. */
    public static final MarkPlace ALONE = of("", false);

    /**
     * In a target that takes all of them. The first one's mark is where any other restore looks for
     * one.
     *
     * @param number of the replica set, from 0
     */
    public static MarkPlace shared(int number) {
        return of(number == 0 ? "" : "." + number, true);
    }

    private static MarkPlace of(String suffix, boolean shared) {
        return new MarkPlace(
                RestoreTarget.MARK_ID + suffix,
                new Namespace(ReplayTarget.MARK_DATABASE, "checkpoint" + suffix),
                new Namespace(ReplayTarget.MARK_DATABASE, "log" + suffix),
                shared);
    }
}
