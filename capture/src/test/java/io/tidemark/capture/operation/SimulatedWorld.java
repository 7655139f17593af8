package io.tidemark.capture.operation;

import io.tidemark.capture.shards.SourceSet;
import io.tidemark.capture.shards.SourceSets;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;

/** What all simulated agents share: one true time, the config servers, a bucket, and the topic. */
final class SimulatedWorld {
    static final long SECOND = 1_000_000_000L;
    private static final long EPOCH_SECONDS = 1_700_000_000L;

    /**
     * A lock that changed hands.
     *
     * @param fromAnother whether it was another's until then, rather than free
     */
    record Taken(LockName lock, long token, String owner, long nanos, boolean fromAnother) {}

    final Random random;
    final List<Taken> taken = new ArrayList<>();
    final Map<String, String> bucket = new TreeMap<>();
    final List<ControlTopic.Order> topic = new ArrayList<>();
    final Map<OperationId, OperationState> told = new LinkedHashMap<>();
    final FencedWriterWritesNothing fenced = new FencedWriterWritesNothing(this);
    final InMemoryOperationStates states = new InMemoryOperationStates();
    final InMemoryLocks locks = new InMemoryLocks(this::tick);
    final SourceSets sets;

    /** One in so many steps of a work ends with an error. */
    final int errorsPer;

    private long nanos;
    private long clusterTicks;
    private long clusterAheadSeconds;

    SimulatedWorld(long seed) {
        random = new Random(seed * 0x9E3779B97F4A7C15L); // neighbours begin alike else
        errorsPer = random.nextInt(8) == 0 ? 2 : 150;
        Map<ReplicaSet, SourceSet> byName = new TreeMap<>();
        for (String name : List.of("config", "rs0", "rs1")) {
            ReplicaSet set = new ReplicaSet(name);
            boolean config = name.equals("config");
            byName.put(
                    set,
                    new SourceSet(
                            set,
                            config ? Optional.empty() : Optional.of(name),
                            config,
                            List.of(name + ":1")));
        }
        sets = new SourceSets(byName);
    }

    long nanos() {
        return nanos;
    }

    void pass(long more) {
        nanos += more;
    }

    /** A node whose clock is wrong drags the whole cluster's time along. */
    void jumpAhead(long seconds) {
        clusterAheadSeconds += seconds;
    }

    long millis() {
        return EPOCH_SECONDS * 1000 + nanos / 1_000_000;
    }

    /** Create-only, as the bucket is: false if the key holds something else. */
    boolean put(String key, String content) {
        String before = bucket.putIfAbsent(key, content);
        return before == null || before.equals(content);
    }

    private ClusterTime tick() {
        return new ClusterTime(
                EPOCH_SECONDS + clusterAheadSeconds + nanos / SECOND, ++clusterTicks);
    }
}
