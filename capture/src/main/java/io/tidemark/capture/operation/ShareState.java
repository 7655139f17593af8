package io.tidemark.capture.operation;

import io.tidemark.schemas.model.ReplicaSet;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * One replica set's share of an operation, as the holder of its lock keeps it.
 *
 * @param owner the last agent at work, {@code token} the one of its lock
 * @param attempts how often work ended with an error
 * @param remembered what a successor needs
 * @param facts what the work returned
 * @param why the last error
 */
public record ShareState(
        OperationId operation,
        ReplicaSet replicaSet,
        OperationPhase phase,
        String owner,
        long token,
        int attempts,
        Amount done,
        Amount expected,
        Map<String, String> remembered,
        Map<String, String> facts,
        Optional<String> why) {
    /** Documents and their raw bytes. */
    public record Amount(long documents, long bytes) {
        public static final Amount NONE = new Amount(0, 0);
    }

    public ShareState {
        remembered = Map.copyOf(remembered);
        facts = Map.copyOf(facts);
    }

    static ShareState waiting(OperationId operation, ReplicaSet replicaSet) {
        return new ShareState(
                operation,
                replicaSet,
                OperationPhase.WAITING,
                "",
                0,
                0,
                Amount.NONE,
                Amount.NONE,
                Map.of(),
                Map.of(),
                Optional.empty());
    }

    /** A new owner begins to count from nothing: what is done already, its work adds. */
    public ShareState takenBy(String newOwner, long newToken) {
        return new ShareState(
                operation,
                replicaSet,
                phase == OperationPhase.WAITING ? OperationPhase.RUNNING : phase,
                newOwner,
                newToken,
                attempts,
                Amount.NONE,
                Amount.NONE,
                remembered,
                facts,
                why);
    }

    ShareState at(Amount nowDone, Amount nowExpected) {
        return new ShareState(
                operation,
                replicaSet,
                phase,
                owner,
                token,
                attempts,
                nowDone,
                nowExpected,
                remembered,
                facts,
                why);
    }

    ShareState remembering(String name, String value) {
        Map<String, String> more = new TreeMap<>(remembered);
        more.putIfAbsent(name, value);
        return new ShareState(
                operation,
                replicaSet,
                phase,
                owner,
                token,
                attempts,
                done,
                expected,
                more,
                facts,
                why);
    }

    ShareState done(Map<String, String> told) {
        return new ShareState(
                operation,
                replicaSet,
                OperationPhase.DONE,
                owner,
                token,
                attempts,
                done,
                expected,
                remembered,
                told,
                Optional.empty());
    }

    ShareState failed(String reason, boolean forGood) {
        return new ShareState(
                operation,
                replicaSet,
                forGood ? OperationPhase.FAILED : OperationPhase.WAITING,
                owner,
                token,
                attempts + 1,
                done,
                expected,
                remembered,
                facts,
                Optional.of(reason));
    }
}
