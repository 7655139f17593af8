package io.tidemark.sink.consume;

/** What the brokers know of the oplog topics. May be asked by many threads. */
public interface TopicFacts extends AutoCloseable {
    /**
     * @throws TopicsRefusedException if there is no such topic, or the brokers can't be asked in
     *     time
     */
    TopicState state(OplogPartition partition);

    @Override
    void close();

    /**
     * @param topicId Kafka's id: a topic made anew under the same name has another
     * @param earliestOffset of the first record that is still there
     * @param endOffset behind the last record
     */
    record TopicState(String topicId, long earliestOffset, long endOffset) {}
}
