package io.tidemark.sink.consume;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The read side of all oplog topics of a cluster, shared out among the workers of the group. Only
 * committed records are seen. Used by one thread, {@link #wakeup} excepted.
 *
 * <p>Kafka that can't be reached is no error here: its client waits and tries on. What the client
 * gives up on (credentials, rights) is a {@link TopicsRefusedException}.
 */
public interface OplogTopicReader extends AutoCloseable {
    /** Joins the group; the listener is called from within {@link #poll} and {@link #close}. */
    void subscribe(Assignments listener);

    /**
     * Records that came in, waiting at most that long for the first. Must be called again and
     * again, or the group takes the topics away.
     */
    Polled poll(Duration atMost);

    /**
     * The next record of the topic to be given is this one, or the first committed one behind it.
     */
    void seek(OplogPartition partition, long offset);

    /** Gives no records of these topics until they are left out of a later call. */
    void pauseOnly(Set<OplogPartition> partitions);

    /** Tells the group how far the archive is, for lag metrics; the bucket decides on restart. */
    void commit(OplogPartition partition, long nextOffset);

    /** Committed records behind the last one given, as far as the client knows. */
    long waiting(OplogPartition partition);

    /** For how long the group's coordinator owes an answer; empty if that is not known. */
    Optional<Duration> unheard();

    /** Makes a waiting {@link #poll} return at once. Any thread. */
    void wakeup();

    /** Leaves the group: others take over at once. Idempotent. */
    @Override
    void close();

    /**
     * @param outOfRange topics that no longer have the offset to be read: the topic is another one,
     *     or Kafka deleted records before they were read
     */
    record Polled(List<PartitionRecords> records, Set<OplogPartition> outOfRange) {}

    /** What the group decides. */
    interface Assignments {
        /** These are ours from now on; nothing of them is given before {@link #seek}. */
        void assigned(Set<OplogPartition> partitions);

        /** These are given to others when this call returns. */
        void revoked(Set<OplogPartition> partitions);
    }
}
