package io.tidemark.sink.timeline;

import io.tidemark.sink.consume.TopicFacts.TopicState;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * The read side of the events and the windows topic; one worker of the group has both. Only
 * committed records are seen. Topics that don't exist are no error: streams may not run yet. What
 * Kafka refuses is a {@link io.tidemark.sink.consume.TopicsRefusedException}. Used by one thread,
 * {@link #wakeup} excepted.
 */
public interface TimelineTopics extends AutoCloseable {
    /** Each has one partition. */
    enum Topic {
        EVENTS,
        WINDOWS
    }

    /**
     * @param value Avro in Confluent's wire format; null for a tombstone
     */
    record Published(Topic topic, long offset, String key, byte[] value) {}

    /**
     * @param outOfRange topics that no longer have the offset to be read
     */
    record Polled(List<Published> records, Set<Topic> outOfRange) {}

    /** Joins the group; {@code assigned} is called from within {@link #poll}. */
    void subscribe(Assigned assigned);

    /** Told whenever the group decides anew. */
    @FunctionalInterface
    interface Assigned {
        /**
         * @param topics all that are ours from now on: none, one or both; nothing of them is given
         *     before {@link #seek}
         */
        void assigned(Set<Topic> topics);
    }

    /** Records that came in, waiting at most that long for the first. */
    Polled poll(Duration atMost);

    /** The next record given is this one, or the first committed one behind it. */
    void seek(Topic topic, long offset);

    /** Gives no records of these topics until they are left out of a later call. */
    void pauseOnly(Set<Topic> topics);

    /** Behind the last record given, and whatever was passed over behind it. */
    long position(Topic topic);

    /** Behind the last committed record there is. */
    long committedEnd(Topic topic);

    /** As the brokers know it; the end is behind the last record, committed or not. */
    TopicState state(Topic topic);

    /** Tells the group how far the archive is, for lag metrics; the bucket decides on restart. */
    void commit(Topic topic, long nextOffset);

    /** Makes a waiting {@link #poll} return at once. Any thread. */
    void wakeup();

    @Override
    void close();
}
