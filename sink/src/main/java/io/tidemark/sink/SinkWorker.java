package io.tidemark.sink;

import io.tidemark.sink.consume.OplogPartition;
import io.tidemark.sink.consume.OplogTopicReader;
import io.tidemark.sink.consume.PartitionRecords;
import io.tidemark.sink.slice.Putting;
import io.tidemark.sink.slice.ReplicaSetArchiver;
import io.tidemark.sink.slice.TopicReplacedException;
import io.tidemark.sink.store.Archived;
import io.tidemark.sink.store.ProgressLog;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.BiFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the topics that the group gives it, hands each topic's records to its lane, and tells how
 * far each came: object put, then offset committed, then progress told. A crash between these
 * repeats the later ones only.
 *
 * <p>One thread calls {@link #step} again and again; with executors that run tasks at once, all of
 * the worker happens in that call.
 */
public final class SinkWorker implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(SinkWorker.class);
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration SHORT_POLL = Duration.ofMillis(5);
    private final OplogTopicReader reader;
    private final BiFunction<OplogPartition, Putting, ReplicaSetArchiver> archivers;
    private final ProgressLog progress;
    private final SinkMetrics metrics;
    private final SinkLimits limits;
    private final Clock clock;
    private final Executor tasks;
    private final Executor puts;
    private final Map<OplogPartition, Lane> lanes = new HashMap<>();
    private final Map<OplogPartition, Long> lastRecordMillis = new HashMap<>();
    private volatile boolean stopping;
    private boolean closed;

    SinkWorker(
            OplogTopicReader reader,
            BiFunction<OplogPartition, Putting, ReplicaSetArchiver> archivers,
            ProgressLog progress,
            SinkMetrics metrics,
            SinkLimits limits,
            Clock clock,
            Executor tasks,
            Executor puts) {
        this.reader = reader;
        this.archivers = archivers;
        this.progress = progress;
        this.metrics = metrics;
        this.limits = limits;
        this.clock = clock;
        this.tasks = tasks;
        this.puts = puts;
    }

    /** Joins the group. */
    public void start() {
        reader.subscribe(new Assignments());
    }

    /**
     * Works until {@link #stop}.
     *
     * @throws RuntimeException the first failure of any topic; the worker can't go on then
     */
    public void run() {
        while (!stopping) {
            step();
        }
    }

    /** Makes {@link #run} return soon. Any thread. */
    public void stop() {
        stopping = true;
        reader.wakeup();
    }

    /** One round: read, hand on, tell what was put. */
    public void step() {
        Set<OplogPartition> paused = full();
        reader.pauseOnly(paused);
        OplogTopicReader.Polled polled = reader.poll(paused.isEmpty() ? POLL : SHORT_POLL);
        for (PartitionRecords records : polled.records()) {
            hand(records);
        }
        for (OplogPartition partition : polled.outOfRange()) {
            Lane lane = lanes.get(partition);
            if (lane != null && !lane.isOpening()) {
                lane.rollAndOpen();
            }
        }
        for (Lane lane : lanes.values()) {
            tell(lane);
            look(lane);
        }
        metrics.looked(lanes.values().stream().map(this::shown).toList(), reader.unheard());
    }

    private LaneLook shown(Lane lane) {
        return new LaneLook(
                lane.partition(),
                lane.reached(),
                lane.isOpening(),
                lane.queuedBytes(),
                lane.isPending(),
                lane.isOpening() ? 0 : reader.waiting(lane.partition()));
    }

    private void hand(PartitionRecords records) {
        Lane lane = lanes.get(records.partition());
        if (lane != null) {
            lastRecordMillis.put(records.partition(), clock.millis());
            metrics.consumed(records.partition(), records.records().size(), records.sizeBytes());
            lane.accept(records);
        }
    }

    private void look(Lane lane) {
        lane.failure().ifPresent(failure -> recover(lane, failure));
        OptionalLong seek = lane.takeSeek();
        if (seek.isPresent()) {
            reader.seek(lane.partition(), seek.getAsLong());
        }
        long last = lastRecordMillis.getOrDefault(lane.partition(), Long.MAX_VALUE);
        if (last < clock.millis() - limits.idle().toMillis() && lane.isIdleWithEntries()) {
            lane.roll();
        }
    }

    private void recover(Lane lane, Throwable failure) {
        metrics.failed(lane.partition(), failure);
        if (failure instanceof TopicReplacedException) {
            LOGGER.warn("{}; beginning anew where the bucket ends", failure.getMessage());
            lane.open();
        } else if (failure instanceof RuntimeException e) {
            throw e;
        } else {
            throw (Error) failure;
        }
    }

    private void tell(Lane lane) {
        for (Archived object : lane.takeArchived()) {
            reader.commit(lane.partition(), object.kafka().lastOffset() + 1);
            progress.archived(object);
            metrics.archived(object);
            LOGGER.atInfo()
                    .addKeyValue("replicaSet", object.replicaSet())
                    .addKeyValue("objectKey", object.key().text())
                    .addKeyValue("clusterTime", object.last().clusterTime())
                    .log("Slice stored");
        }
    }

    /** Topics to give no more for now: those being opened, and those with much waiting. */
    private Set<OplogPartition> full() {
        long queued = lanes.values().stream().mapToLong(Lane::queuedBytes).sum();
        boolean all = queued >= limits.queueBytes();
        Set<OplogPartition> full = new HashSet<>();
        for (Lane lane : lanes.values()) {
            if (all || lane.isOpening() || lane.queuedBytes() >= limits.laneBytes()) {
                full.add(lane.partition());
            }
        }
        return full;
    }

    /**
     * Ends and puts the slices under way, tells, and leaves the group. What can't be put in time is
     * read again by whoever comes next. Idempotent.
     */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        lanes.values().stream().filter(lane -> lane.failure().isEmpty()).forEach(Lane::roll);
        for (Lane lane : lanes.values()) {
            if (lane.failure().isEmpty() && !lane.await(limits.stop())) {
                LOGGER.atWarn()
                        .addKeyValue("replicaSet", lane.partition().replicaSet())
                        .log("The last slice was not put before the end; it will be read again");
            }
            tell(lane);
        }
        reader.close();
        lanes.values().forEach(lane -> lane.stop(limits.stop()));
        lanes.clear();
    }

    private final class Assignments implements OplogTopicReader.Assignments {
        @Override
        public void assigned(Set<OplogPartition> partitions) {
            for (OplogPartition partition : partitions) {
                Lane lane = new Lane(partition, p -> archivers.apply(partition, p), tasks, puts);
                lanes.put(partition, lane);
                lane.open();
            }
        }

        @Override
        public void revoked(Set<OplogPartition> partitions) {
            for (OplogPartition partition : partitions) {
                Lane lane = lanes.remove(partition);
                lastRecordMillis.remove(partition);
                if (lane != null) {
                    // A put under way ends first: the next owner asks the bucket.
                    lane.stop(limits.stop());
                    if (!closed) {
                        tell(lane);
                    }
                }
            }
        }
    }
}
