package io.tidemark.restore.orphans;

import io.tidemark.schemas.bson.RawDocument;
import java.util.ArrayList;
import java.util.List;

/** The ranges of one sharded collection that one shard owns. */
public final class OwnedRanges {
    private record Range(RawDocument min, RawDocument max) {}

    private final ShardKey key;
    private final List<Range> ranges = new ArrayList<>();
    private final boolean everything;

    /**
     * @param pattern the collection's shard key
     * @param owned the chunks that the shard owns, with {@code min} (inclusive) and {@code max}
     * @param all how many chunks the collection has on all shards
     */
    public OwnedRanges(RawDocument pattern, List<RawDocument> owned, int all) {
        key = new ShardKey(pattern);
        for (RawDocument chunk : owned) {
            ranges.add(
                    new Range(
                            chunk.document("min").orElseThrow(),
                            chunk.document("max").orElseThrow()));
        }
        ranges.sort((a, b) -> ShardKey.compare(a.min(), b.min()));
        everything = all > 0 && owned.size() == all;
    }

    /** True if every document of the collection belongs here: none can be an orphan. */
    public boolean areEverything() {
        return everything;
    }

    /** A document without a possible key is kept: nobody else owns it. */
    public boolean owns(RawDocument document) {
        return key.of(document).map(this::containsKey).orElse(true);
    }

    private boolean containsKey(RawDocument value) {
        int low = 0;
        int high = ranges.size() - 1;
        while (low <= high) {
            int middle = low + high >>> 1;
            Range range = ranges.get(middle);
            if (ShardKey.compare(value, range.min()) < 0) {
                high = middle - 1;
            } else if (ShardKey.compare(value, range.max()) >= 0) {
                low = middle + 1;
            } else {
                return true;
            }
        }
        return false;
    }
}
