package io.tidemark.restore.orphans;

import io.tidemark.schemas.bson.RawDocument;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** The chunks of one sharded collection, packed: a cluster may have a million. */
public final class ChunkRanges {
    private static final int SMALLEST = 1_024;

    private final RawDocument key;
    private final List<String> shards = new ArrayList<>();

    /** {@code min} and {@code max} of one chunk after the other. */
    private byte[] bounds = new byte[SMALLEST];

    private int used;
    private int[] starts = new int[SMALLEST];
    private short[] owners = new short[SMALLEST];
    private int chunks;

    /**
     * @param key the collection's shard key pattern
     */
    public ChunkRanges(RawDocument key) {
        this.key = key;
    }

    /**
     * @param chunk with {@code min} (inclusive), {@code max} (exclusive) and {@code shard}
     */
    public void add(RawDocument chunk) {
        RawDocument min = chunk.document("min").orElseThrow();
        RawDocument max = chunk.document("max").orElseThrow();
        if (chunks == starts.length) {
            starts = Arrays.copyOf(starts, chunks * 2);
            owners = Arrays.copyOf(owners, chunks * 2);
        }
        starts[chunks] = used;
        owners[chunks] = (short) indexOf(chunk.string("shard").orElse(""));
        append(min);
        append(max);
        chunks++;
    }

    private int indexOf(String shard) {
        int index = shards.indexOf(shard);
        if (index < 0) {
            shards.add(shard);
            return shards.size() - 1;
        }
        return index;
    }

    private void append(RawDocument bound) {
        int size = bound.sizeBytes();
        if (used + size > bounds.length) {
            bounds =
                    Arrays.copyOf(bounds, Math.max(used + size, bounds.length + bounds.length / 2));
        }
        System.arraycopy(bound.array(), bound.offset(), bounds, used, size);
        used += size;
    }

    /** The shards that own a chunk. */
    public Set<String> owners() {
        return new TreeSet<>(shards);
    }

    /** What one shard owns. No chunk may be added afterwards. */
    public OwnedRanges ownedBy(String shard) {
        int index = shards.indexOf(shard);
        int[] own = new int[chunks];
        int count = 0;
        for (int i = 0; i < chunks; i++) {
            if (owners[i] == index) {
                own[count++] = starts[i];
            }
        }
        return new OwnedRanges(
                key, bounds, Arrays.copyOf(own, count), chunks > 0 && count == chunks);
    }
}
