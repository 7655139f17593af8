package io.tidemark.restore.merge;

import io.tidemark.restore.RestoreTarget;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.bson.RawDocumentBuilder;
import io.tidemark.schemas.model.Namespace;
import java.util.List;

/**
 * The mark of a restore into a common target. Such a restore does not go on when it is cut off, but
 * all that it leaves has a name of its own, so it can be taken back.
 */
public final class StagedMark {
    private static final String STAGED = "staged";

    private StagedMark() {}

    static RawDocument of(String description) {
        return RawDocument.of(
                new RawDocumentBuilder()
                        .appendString("_id", "restore")
                        .appendString("description", description)
                        .appendBoolean(STAGED, true)
                        .build());
    }

    /** True if a restore into this common target was cut off, or is under way. */
    static boolean isIn(RestoreTarget target) {
        return target.readMark().filter(mark -> mark.has(STAGED)).isPresent();
    }

    /** What waits for its name goes, and the mark; what has its name stays. */
    static void takeBack(RestoreTarget target) {
        List<Namespace> left =
                target.inspect().userCollections().stream().filter(StagedShard::isStaged).toList();
        // A time-series collection takes its buckets along.
        left.stream().filter(n -> !Naming.isBuckets(n)).forEach(target::drop);
        left.stream().filter(Naming::isBuckets).forEach(target::drop);
        target.unmark();
    }
}
