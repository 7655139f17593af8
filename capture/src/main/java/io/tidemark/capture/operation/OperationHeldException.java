package io.tidemark.capture.operation;

/** Another operation has the cluster; the message says which, by whom, since when. */
public final class OperationHeldException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public OperationHeldException(LockHolder holder) {
        super(
                "Another operation holds the cluster: "
                        + holder.words()
                        + ". Only one snapshot, restore or prune at a time; try again when it has"
                        + " ended.");
    }
}
