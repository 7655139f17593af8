package io.tidemark.capture.publish;

import io.tidemark.schemas.avro.OplogRecord;
import io.tidemark.schemas.model.Incarnation;

/**
 * The write side of one replica set's topic. What is appended becomes readable at {@link #commit},
 * all of it or nothing. Used by one thread at a time.
 *
 * <p>Every method but {@link #close} throws {@link FencedException} if another owner has opened the
 * topic since, and {@link TopicUnavailableException} if the outcome is unknown or Kafka can't be
 * reached: the only way on is then {@link #open}, whose answer says what was committed.
 */
public interface OplogTopic extends AutoCloseable {
    /**
     * Fences every earlier owner, drops what it had not committed, and only then reads the end of
     * the topic. May be called again after a failure.
     */
    ResumePoint open();

    /**
     * What makes entries ready for {@link #append(PreparedEntry)}.
     *
     * @throws IllegalStateException before {@link #open}
     */
    EntryPreparer preparer(Incarnation incarnation);

    /**
     * Adds an entry behind all others; blocks while too much is under way.
     *
     * @throws IllegalStateException before {@link #open}
     */
    void append(PreparedEntry entry);

    /** As {@link #append(PreparedEntry)}, for the facts about the oplog: START and GAP. */
    void append(OplogRecord record);

    /**
     * Makes everything appended readable, at once or a moment later; returns when that is certain.
     * Without anything appended, nothing happens.
     */
    void commit();

    /** Drops what is not committed. Idempotent and bounded. */
    @Override
    void close();
}
