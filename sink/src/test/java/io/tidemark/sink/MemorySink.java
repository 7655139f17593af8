package io.tidemark.sink;

import io.tidemark.schemas.layout.TopicNames;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.sink.consume.OplogPartition;
import io.tidemark.sink.slice.ArchiverSettings;
import io.tidemark.sink.slice.ReplicaSetArchiver;
import io.tidemark.sink.slice.RollRule;
import io.tidemark.sink.store.ArchiveEnds;
import io.tidemark.sink.store.ProgressLog;
import io.tidemark.sink.store.RangeStore;
import io.tidemark.storage.frames.FrameOptions;
import io.tidemark.storage.object.ObjectStore;
import java.time.Clock;
import java.time.Duration;

/** The real worker over memory topics, everything on the caller's thread. */
final class MemorySink {
    static final ClusterName CLUSTER = new ClusterName("shop");
    static final RollRule ROLL = new RollRule(20_000, Duration.ofSeconds(30));
    final MemoryTopicReader reader;
    final SinkWorker worker;

    MemorySink(MemoryTopics topics, ObjectStore store, long seed) {
        this(topics, store, seed, ROLL);
    }

    MemorySink(MemoryTopics topics, ObjectStore store, long seed, RollRule roll) {
        ArchiverSettings settings =
                new ArchiverSettings(
                        CLUSTER,
                        roll,
                        FrameOptions.defaults().withFrameBytes(4096),
                        topics::decode);
        ArchiveEnds ends = new ArchiveEnds(store, CLUSTER);
        RangeStore ranges = new RangeStore(store, CLUSTER);
        SinkLimits limits =
                new SinkLimits(1 << 20, 1 << 18, Duration.ofDays(1), Duration.ofSeconds(5));
        reader = new MemoryTopicReader(topics, seed);
        worker =
                new SinkWorker(
                        reader,
                        (p, putting) ->
                                new ReplicaSetArchiver(p, settings, ends, ranges, topics, putting),
                        ProgressLog.none(),
                        SinkMetrics.NONE,
                        limits,
                        Clock.systemUTC(),
                        Runnable::run,
                        Runnable::run);
        worker.start();
    }

    static OplogPartition partition(String replicaSet) {
        ReplicaSet set = new ReplicaSet(replicaSet);
        return new OplogPartition(new TopicNames(CLUSTER).oplog(set), set);
    }

    void stepToEnd() {
        do {
            worker.step();
        } while (!reader.isAtEnd());
        worker.step();
    }

    /** Everything there is, then a clean end. */
    void archiveAll() {
        stepToEnd();
        worker.close();
    }
}
