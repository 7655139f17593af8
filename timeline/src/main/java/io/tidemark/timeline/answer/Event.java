package io.tidemark.timeline.answer;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.timeline.event.ChunkRange;
import io.tidemark.timeline.event.TopologyEvent;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * One operation on the cluster's layout, catalogue or members.
 *
 * @param id names it for good
 * @param kind {@code moveChunk}, {@code dropCollection}, …: {@link
 *     io.tidemark.timeline.event.EventKind#code}
 * @param what the server's own word for it
 * @param ns namespace or database; empty where it is about the cluster
 * @param target the new namespace of a rename; empty for others
 * @param shards that took part; of a migration donor, then recipient
 * @param from its first entry
 * @param through its last entry, from which on its end state stands; null while it runs
 * @param criticalFrom from when the cluster stood between two states; null if it never did
 * @param startSeen false if only its end was captured
 * @param outcome {@code open}, {@code completed}, {@code aborted} or {@code unknown}
 * @param chunks the ranges it was about, at most {@value #MOST_CHUNKS}, bounds as extended JSON
 * @param chunkCount how many there are
 */
public record Event(
        String id,
        String kind,
        String what,
        String ns,
        String target,
        List<String> shards,
        ClusterTime from,
        String fromUtc,
        Optional<ClusterTime> through,
        Optional<String> throughUtc,
        Optional<ClusterTime> criticalFrom,
        boolean startSeen,
        String outcome,
        List<Chunk> chunks,
        int chunkCount,
        List<EvidenceEntry> evidence) {
    /** A collection may be sharded into thousands of chunks by one command. */
    static final int MOST_CHUNKS = 10;

    /** The shard keys from {@code min} on and before {@code max}. */
    public record Chunk(String min, String max) {
        static Chunk of(ChunkRange range) {
            return new Chunk(range.min().toString(), range.max().toString());
        }
    }

    static Event of(TopologyEvent event) {
        return new Event(
                event.id(),
                event.kind().code(),
                event.what(),
                event.ns(),
                event.target(),
                event.shards(),
                event.from(),
                Utc.of(event.from()),
                event.through(),
                Utc.of(event.through()),
                event.span().criticalFrom(),
                event.span().startSeen(),
                event.outcome().name().toLowerCase(Locale.ROOT),
                event.chunks().stream().limit(MOST_CHUNKS).map(Chunk::of).toList(),
                event.chunks().size(),
                EvidenceEntry.all(event.evidence()));
    }
}
