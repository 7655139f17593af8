package io.tidemark.capture.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.tidemark.capture.publish.EntryPreparer;
import io.tidemark.capture.publish.OplogTopic;
import io.tidemark.capture.publish.PreparedEntry;
import io.tidemark.capture.publish.ResumePoint;
import io.tidemark.schemas.avro.OplogRecord;
import io.tidemark.schemas.avro.RecordKind;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.model.ReplicaSet;
import java.util.function.Supplier;

/**
 * Counts what a topic was given, once a commit is certain. A commit whose outcome was lost is
 * counted as an error only, whether or not it came about.
 */
final class MeteredTopic implements OplogTopic {
    private final OplogTopic topic;
    private final Counter entries;
    private final Counter bytes;
    private final Counter commits;
    private final Counter gaps;
    private final Counter errors;
    private long pendingEntries;
    private long pendingBytes;
    private long pendingGaps;
    private boolean pending;

    MeteredTopic(OplogTopic topic, ReplicaSet set, MeterRegistry registry) {
        this.topic = topic;
        this.entries = counter(registry, set, "entries", null, "Oplog entries committed to Kafka");
        this.bytes = counter(registry, set, "bytes", "bytes", "Of them, as BSON");
        this.commits = counter(registry, set, "commits", null, "Kafka transactions committed");
        this.gaps =
                counter(
                        registry,
                        set,
                        "gaps",
                        null,
                        "Runs of entries lost by the source, recorded");
        this.errors =
                counter(
                        registry,
                        set,
                        "producer.errors",
                        null,
                        "Failures to open the topic, append or commit");
    }

    private static Counter counter(
            MeterRegistry registry, ReplicaSet set, String name, String unit, String words) {
        return Counter.builder("tidemark.capture." + name)
                .baseUnit(unit)
                .description(words)
                .tag("replica_set", set.name())
                .register(registry);
    }

    @Override
    public ResumePoint open() {
        forget();
        return counted(topic::open);
    }

    @Override
    public EntryPreparer preparer(Incarnation incarnation) {
        return topic.preparer(incarnation);
    }

    @Override
    public void append(PreparedEntry entry) {
        counted(() -> topic.append(entry));
        pending = true;
        pendingEntries++;
        pendingBytes += entry.entryBytes();
    }

    @Override
    public void append(OplogRecord record) {
        counted(() -> topic.append(record));
        pending = true;
        pendingGaps += record.getKind() == RecordKind.GAP ? 1 : 0;
    }

    @Override
    public void commit() {
        counted(topic::commit);
        if (pending) {
            commits.increment();
            entries.increment(pendingEntries);
            bytes.increment(pendingBytes);
            gaps.increment(pendingGaps);
        }
        forget();
    }

    @Override
    public void close() {
        topic.close();
    }

    private void forget() {
        pending = false;
        pendingEntries = 0;
        pendingBytes = 0;
        pendingGaps = 0;
    }

    private void counted(Runnable call) {
        counted(
                () -> {
                    call.run();
                    return null;
                });
    }

    private <T> T counted(Supplier<T> call) {
        try {
            return call.get();
        } catch (RuntimeException e) {
            errors.increment();
            throw e;
        }
    }
}
