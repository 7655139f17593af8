package io.tidemark.timeline.event;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.tidemark.schemas.model.ClusterTime;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * One operation on the cluster's layout, catalogue or members, paired from its entries.
 *
 * @param id names it for good: the same entries give the same id
 * @param what the server's own word for it, without {@code .start} and {@code .end}; tells unknown
 *     kinds apart
 * @param ns namespace or database; empty where the operation is about the cluster
 * @param target the new namespace of a rename; empty for others
 * @param shards ids of the shards that took part; of a migration donor, then recipient
 * @param chunks of a migration its range; of a split and a merge the range before, then the pieces
 * @param evidence in order of cluster time; of long operations the first and the last ones
 */
public record TopologyEvent(
        String id,
        EventKind kind,
        String what,
        String ns,
        String target,
        List<String> shards,
        Span span,
        Outcome outcome,
        List<ChunkRange> chunks,
        List<Evidence> evidence) {
    public TopologyEvent {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(span, "span");
        Objects.requireNonNull(outcome, "outcome");
        shards = List.copyOf(shards);
        chunks = List.copyOf(chunks);
        evidence = List.copyOf(evidence);
    }

    @JsonIgnore
    public ClusterTime from() {
        return span.from();
    }

    @JsonIgnore
    public Optional<ClusterTime> through() {
        return span.through();
    }

    @JsonIgnore
    public boolean isOpen() {
        return span.through().isEmpty();
    }

    /**
     * When it took effect, to order effects on chunks: its decision, else its end, else its start.
     */
    @JsonIgnore
    public ClusterTime effectiveAt() {
        return span.decidedAt().or(span::through).orElse(span.from());
    }
}
