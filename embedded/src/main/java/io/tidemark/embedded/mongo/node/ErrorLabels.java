package io.tidemark.embedded.mongo.node;

import io.tidemark.embedded.mongo.CommandFailure;
import io.tidemark.embedded.mongo.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The labels by which drivers decide whether to try again (MongoDB manual, "Error labels"). */
final class ErrorLabels {
    private static final Set<ErrorCode> TRANSIENT =
            Set.of(
                    ErrorCode.WriteConflict,
                    ErrorCode.NoSuchTransaction,
                    ErrorCode.SnapshotUnavailable,
                    ErrorCode.SnapshotTooOld,
                    ErrorCode.NotWritablePrimary,
                    ErrorCode.InterruptedDueToReplStateChange,
                    ErrorCode.PreparedTransactionInProgress);
    private static final Set<ErrorCode> RETRYABLE =
            Set.of(
                    ErrorCode.NotWritablePrimary,
                    ErrorCode.InterruptedDueToReplStateChange,
                    ErrorCode.InterruptedAtShutdown,
                    ErrorCode.PrimarySteppedDown);

    private ErrorLabels() {}

    static List<String> of(Request request, CommandFailure failure) {
        List<String> labels = new ArrayList<>(failure.labels());
        boolean commits = request.name().equals("commitTransaction");
        if (request.inTransaction() && !commits && TRANSIENT.contains(failure.code())) {
            add(labels, "TransientTransactionError");
        }
        boolean retryableWrite =
                request.body().containsKey("txnNumber") && (commits || !request.inTransaction());
        if (retryableWrite && RETRYABLE.contains(failure.code())) {
            add(labels, "RetryableWriteError");
        }
        return labels;
    }

    /** Errors by which a member says that it is not what the client took it for. */
    static boolean tellsOfTopology(ErrorCode code) {
        return RETRYABLE.contains(code) || code == ErrorCode.NotPrimaryNoSecondaryOk;
    }

    private static void add(List<String> labels, String label) {
        if (!labels.contains(label)) {
            labels.add(label);
        }
    }
}
