package io.tidemark.capture.operation;

import java.util.List;

/** The commands that reach every agent. */
public interface ControlTopic extends AutoCloseable {
    /**
     * New ones since the last call, each at least once, in the order of the topic; the first call
     * also brings what was asked for shortly before. Empty if Kafka does not answer.
     */
    List<Order> poll();

    /** One record of the topic. */
    sealed interface Order permits Begin, Cancel {}

    /** Begins an operation; of several with the same id one counts. */
    record Begin(ControlCommand command) implements Order {}

    /** Ends an operation without success, if it goes on. */
    record Cancel(OperationId id, long issuedMillis) implements Order {}

    @Override
    void close();
}
