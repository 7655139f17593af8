package io.tidemark.restore.orphans;

import io.tidemark.schemas.bson.RawDocument;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The ranges of one sharded collection that one shard owns. */
public final class OwnedRanges {
    private final ShardKey key;
    private final byte[] bounds;
    private final int[] starts;
    private final boolean everything;

    /**
     * @param pattern the collection's shard key
     * @param bounds holds the bounds: {@code min} (inclusive), and {@code max} right behind it
     * @param starts where the owned ranges begin in {@code bounds}, in any order; sorted here
     * @param everything true if the collection lies on this shard alone
     */
    OwnedRanges(RawDocument pattern, byte[] bounds, int[] starts, boolean everything) {
        this.key = new ShardKey(pattern);
        this.bounds = bounds;
        this.starts = starts;
        this.everything = everything;
        sort(starts.clone(), starts, 0, starts.length);
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
        int high = starts.length - 1;
        while (low <= high) {
            int middle = low + high >>> 1;
            RawDocument min = document(starts[middle]);
            if (ShardKey.compare(value, min) < 0) {
                high = middle - 1;
            } else if (ShardKey.compare(value, document(starts[middle] + min.sizeBytes())) >= 0) {
                low = middle + 1;
            } else {
                return true;
            }
        }
        return false;
    }

    private RawDocument document(int at) {
        int size = ByteBuffer.wrap(bounds).order(ByteOrder.LITTLE_ENDIAN).getInt(at);
        return new RawDocument(bounds, at, size);
    }

    /** By {@code min}: a merge sort on the numbers themselves, as a million objects cost much. */
    private void sort(int[] from, int[] to, int begin, int end) {
        if (end - begin < 2) {
            return;
        }
        int middle = begin + end >>> 1;
        sort(to, from, begin, middle);
        sort(to, from, middle, end);
        int left = begin;
        int right = middle;
        for (int i = begin; i < end; i++) {
            boolean takeLeft =
                    right >= end
                            || left < middle
                                    && ShardKey.compare(document(from[left]), document(from[right]))
                                            <= 0;
            to[i] = takeLeft ? from[left++] : from[right++];
        }
    }
}
