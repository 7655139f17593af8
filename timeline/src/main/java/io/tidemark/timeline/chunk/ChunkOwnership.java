package io.tidemark.timeline.chunk;

import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.bson.RawDocumentBuilder;
import io.tidemark.schemas.bson.RawElement;
import io.tidemark.timeline.event.ChunkRange;
import io.tidemark.timeline.event.Outcome;
import io.tidemark.timeline.event.TopologyEvent;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Who owns which chunk, derived from events: a collection begins as one chunk on its primary,
 * splits cut, merges join, migrations that took effect change the owner of a range. It is a check
 * on the events, and an answer where config.chunks itself is not at hand; a collection sharded into
 * several chunks at once shows its first layout only as far as later events name it.
 */
public final class ChunkOwnership {
    private static final String UNKNOWN = "";
    private static final byte MIN_KEY = (byte) 0xFF;
    private static final byte MAX_KEY = 0x7F;

    private final Map<String, TreeMap<RawDocument, OwnedChunk>> collections = new TreeMap<>();
    private final Map<String, String> primaries = new TreeMap<>();

    /** Applies events in the order in which they took effect. */
    public void applyAll(Collection<TopologyEvent> events) {
        events.stream()
                .filter(event -> event.outcome() == Outcome.COMPLETED)
                .sorted(
                        Comparator.comparing(TopologyEvent::effectiveAt)
                                .thenComparing(TopologyEvent::id))
                .forEach(this::apply);
    }

    /** The chunks of a collection in order of their bounds; none if it is unknown. */
    public List<OwnedChunk> chunks(String ns) {
        return List.copyOf(collections.getOrDefault(ns, empty()).values());
    }

    public List<String> namespaces() {
        return List.copyOf(collections.keySet());
    }

    private void apply(TopologyEvent event) {
        switch (event.kind()) {
            case SHARD_COLLECTION -> {
                collections.put(event.ns(), empty());
                primaries.put(
                        event.ns(), event.shards().isEmpty() ? UNKNOWN : event.shards().get(0));
            }
            case DROP_COLLECTION -> collections.remove(event.ns());
            case DROP_DATABASE ->
                    collections.keySet().removeIf(ns -> ns.startsWith(event.ns() + "."));
            case RENAME_COLLECTION -> rename(event);
            case MOVE_CHUNK -> {
                if (!event.chunks().isEmpty() && event.shards().size() > 1) {
                    assign(event.ns(), event.chunks().get(0), event.shards().get(1));
                }
            }
            case SPLIT -> split(event);
            case MERGE -> merge(event);
            default -> {
                // The others leave the chunks of a known collection as they are.
            }
        }
    }

    private void split(TopologyEvent event) {
        if (!event.chunks().isEmpty() && !event.shards().isEmpty()) {
            // From 5.0 on the line names the owner.
            assign(event.ns(), event.chunks().get(0), event.shards().get(0));
        }
        event.chunks().forEach(range -> cut(event.ns(), range));
    }

    private void merge(TopologyEvent event) {
        if (event.chunks().isEmpty()) {
            return;
        }
        RawDocument min = event.chunks().get(0).min();
        RawDocument max = event.chunks().get(0).max();
        for (ChunkRange range : event.chunks()) {
            min = KeyOrder.INSTANCE.compare(range.min(), min) < 0 ? range.min() : min;
            max = KeyOrder.INSTANCE.compare(range.max(), max) > 0 ? range.max() : max;
        }
        ChunkRange whole = new ChunkRange(min, max);
        TreeMap<RawDocument, OwnedChunk> chunks = cut(event.ns(), whole);
        var inside = chunks.subMap(min, max);
        String owner = inside.isEmpty() ? UNKNOWN : inside.get(inside.firstKey()).owner();
        inside.clear();
        chunks.put(min, new OwnedChunk(whole, owner));
    }

    private void rename(TopologyEvent event) {
        TreeMap<RawDocument, OwnedChunk> chunks = collections.remove(event.ns());
        String primary = primaries.remove(event.ns());
        if (chunks != null && !event.target().isEmpty()) {
            collections.put(event.target(), chunks);
            primaries.put(event.target(), primary == null ? UNKNOWN : primary);
        }
    }

    private void assign(String ns, ChunkRange range, String owner) {
        TreeMap<RawDocument, OwnedChunk> chunks = cut(ns, range);
        chunks.subMap(range.min(), range.max())
                .replaceAll((min, chunk) -> new OwnedChunk(chunk.range(), owner));
    }

    /** Makes both ends of the range ends of chunks. */
    private TreeMap<RawDocument, OwnedChunk> cut(String ns, ChunkRange range) {
        TreeMap<RawDocument, OwnedChunk> chunks = collections.computeIfAbsent(ns, name -> empty());
        if (chunks.isEmpty()) {
            ChunkRange whole = new ChunkRange(bound(range, MIN_KEY), bound(range, MAX_KEY));
            String owner = primaries.getOrDefault(ns, UNKNOWN);
            chunks.put(whole.min(), new OwnedChunk(whole, owner));
        }
        if (fields(range.min()) > fields(chunks.firstKey())) {
            refine(chunks, range.min());
        }
        cut(chunks, range.min());
        cut(chunks, range.max());
        return chunks;
    }

    private static void cut(TreeMap<RawDocument, OwnedChunk> chunks, RawDocument at) {
        Map.Entry<RawDocument, OwnedChunk> around = chunks.lowerEntry(at);
        if (around == null || chunks.containsKey(at)) {
            return;
        }
        OwnedChunk chunk = around.getValue();
        if (KeyOrder.INSTANCE.compare(at, chunk.range().max()) < 0) {
            ChunkRange left = new ChunkRange(chunk.range().min(), at);
            ChunkRange right = new ChunkRange(at, chunk.range().max());
            chunks.put(left.min(), new OwnedChunk(left, chunk.owner()));
            chunks.put(right.min(), new OwnedChunk(right, chunk.owner()));
        }
    }

    /** The shard key was made longer: every bound has the new fields, as low as can be. */
    private static void refine(TreeMap<RawDocument, OwnedChunk> chunks, RawDocument sample) {
        List<OwnedChunk> before = List.copyOf(chunks.values());
        chunks.clear();
        for (OwnedChunk chunk : before) {
            RawDocument min = longer(chunk.range().min(), sample);
            RawDocument max = longer(chunk.range().max(), sample);
            chunks.put(min, new OwnedChunk(new ChunkRange(min, max), chunk.owner()));
        }
    }

    private static RawDocument longer(RawDocument bound, RawDocument sample) {
        RawDocumentBuilder longer = new RawDocumentBuilder(64);
        boolean last = true;
        for (RawElement field : bound) {
            longer.append(field);
            last &= field.typeByte() == MAX_KEY;
        }
        int known = fields(bound);
        for (RawElement field : sample) {
            if (known-- <= 0) {
                longer.append(field.nameBytes(), last ? MAX_KEY : MIN_KEY, new byte[0]);
            }
        }
        return RawDocument.of(longer.build());
    }

    private static int fields(RawDocument bound) {
        int count = 0;
        for (RawElement field : bound) {
            count += field.valueSizeBytes() >= 0 ? 1 : 0;
        }
        return count;
    }

    /** The lowest or highest bound of the shard key whose fields {@code range} names. */
    private static RawDocument bound(ChunkRange range, byte type) {
        RawDocumentBuilder bound = new RawDocumentBuilder(64);
        for (RawElement field : range.min()) {
            bound.append(field.nameBytes(), type, new byte[0]);
        }
        return RawDocument.of(bound.build());
    }

    private static TreeMap<RawDocument, OwnedChunk> empty() {
        return new TreeMap<>(KeyOrder.INSTANCE);
    }
}
