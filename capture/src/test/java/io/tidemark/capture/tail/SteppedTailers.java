package io.tidemark.capture.tail;

import io.tidemark.capture.publish.InMemoryOplogTopic;
import io.tidemark.schemas.avro.OplogRecord;
import io.tidemark.schemas.avro.RecordKind;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.model.Optime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.ReplicaSetRole;
import io.tidemark.schemas.oplog.OplogEntry;
import io.tidemark.schemas.oplog.OplogRecords;
import java.time.Duration;
import java.util.List;

/** Tailers of one replica set and its topic, on the test's own thread and time. */
final class SteppedTailers {
    static final Incarnation FIRST_LIFE = new Incarnation("65f000000000000000000001");
    static final TailSettings SETTINGS =
            new TailSettings(
                    50,
                    1 << 20,
                    Duration.ofMillis(100),
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(60),
                    Duration.ofSeconds(10),
                    Duration.ofMillis(100),
                    Duration.ofSeconds(10));
    final InMemoryReplicaSet set = new InMemoryReplicaSet(FIRST_LIFE, "a:1", "b:1", "c:1");
    final InMemoryOplogTopic.Log log = new InMemoryOplogTopic.Log();
    private long nanos;
    Duration paused = Duration.ZERO;
    private final TailClock clock =
            new TailClock() {
                @Override
                public long nanoTime() {
                    return nanos;
                }

                @Override
                public void sleep(Duration time) {
                    paused = paused.plus(time);
                    nanos += time.toNanos();
                }
            };

    OplogTailer tailer() {
        return tailer(set);
    }

    OplogTailer tailer(InMemoryReplicaSet of) {
        return new OplogTailer(
                new ReplicaSet("rs0"),
                ReplicaSetRole.shard("shard0"),
                of.source(),
                new InMemoryOplogTopic(log),
                SETTINGS,
                clock,
                ReadAhead.NONE);
    }

    OplogTailer stepped(OplogTailer tailer, int steps) {
        for (int i = 0; i < steps; i++) {
            tailer.step();
            nanos += Duration.ofMillis(60).toNanos();
        }
        return tailer;
    }

    List<Optime> published() {
        return log.records().stream()
                .filter(r -> r.getEntry() != null)
                .map(OplogRecords::optime)
                .toList();
    }

    List<RecordKind> facts() {
        return log.records().stream()
                .map(OplogRecord::getKind)
                .filter(k -> k == RecordKind.START || k == RecordKind.GAP)
                .toList();
    }

    static List<Optime> optimes(List<OplogEntry> entries) {
        return entries.stream().map(OplogEntry::optime).toList();
    }
}
