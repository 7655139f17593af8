package io.tidemark.timeline.answer;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.timeline.window.UnsafeInterval;
import java.util.List;

/**
 * Times to which a restore is refused, and why: an entry of {@code unsafe} and of {@code reasons}.
 *
 * @param from the first of them
 * @param to the last of them
 * @param kind an event's kind, or {@code gap}, {@code incarnationChange}, {@code noBase}, {@code
 *     notArchived}
 * @param event the id of the event that is the cause; empty where none is
 * @param ns namespace or database; empty where the whole cluster is meant
 * @param shards shard ids, or the replica set of what is missing
 * @param reason one sentence
 */
public record Interval(
        ClusterTime from,
        String fromUtc,
        ClusterTime to,
        String toUtc,
        String kind,
        String event,
        String ns,
        List<String> shards,
        String reason,
        List<EvidenceEntry> evidence) {

    static Interval of(UnsafeInterval unsafe) {
        return new Interval(
                unsafe.from(),
                Utc.of(unsafe.from()),
                unsafe.to(),
                Utc.of(unsafe.to()),
                unsafe.kind(),
                unsafe.event(),
                unsafe.ns(),
                unsafe.shards(),
                unsafe.reason(),
                EvidenceEntry.all(unsafe.evidence()));
    }
}
