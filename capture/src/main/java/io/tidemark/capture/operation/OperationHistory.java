package io.tidemark.capture.operation;

/** Which operations are over. */
@FunctionalInterface
public interface OperationHistory {
    /**
     * @return true only if it is certain that the operation has ended, with whatever result: no
     *     agent begins to work for it any more. False for one that is not known, or is known no
     *     longer.
     * @throws io.tidemark.capture.tail.SourceUnavailableException if the config servers don't
     *     answer
     */
    boolean hasEnded(OperationId id);

    /** As {@link #hasEnded(OperationId)}; false for what can't be an operation's id. */
    default boolean hasEnded(String id) {
        return OperationId.isValid(id) && hasEnded(new OperationId(id));
    }
}
