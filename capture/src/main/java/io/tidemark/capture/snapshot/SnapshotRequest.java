package io.tidemark.capture.snapshot;

import io.tidemark.capture.operation.OperationFailedException;
import io.tidemark.storage.base.BaseMethod;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What may be asked of a snapshot, as parameters of its command.
 *
 * @param method empty to choose by the servers' version
 * @param bytesPerSecond of raw BSON that one agent may read of one replica set, 0 for no limit
 *     beyond the agent's own
 */
public record SnapshotRequest(Optional<BaseMethod> method, long bytesPerSecond) {
    private static final String METHOD = "method";
    private static final String BYTES_PER_SECOND = "bytesPerSecond";

    /** Nothing in particular. */
    public static final SnapshotRequest ANY = new SnapshotRequest(Optional.empty(), 0);

    public SnapshotRequest {
        if (bytesPerSecond < 0) {
            throw new IllegalArgumentException("a rate of " + bytesPerSecond + " bytes/s");
        }
    }

    public Map<String, String> parameters() {
        Map<String, String> parameters = new TreeMap<>();
        method.ifPresent(m -> parameters.put(METHOD, m.name().toLowerCase(Locale.ROOT)));
        if (bytesPerSecond > 0) {
            parameters.put(BYTES_PER_SECOND, Long.toString(bytesPerSecond));
        }
        return parameters;
    }

    /**
     * @throws OperationFailedException if they were written by something that this version of the
     *     agent doesn't understand
     */
    static SnapshotRequest of(Map<String, String> parameters) {
        String rate = parameters.getOrDefault(BYTES_PER_SECOND, "0");
        if (!rate.matches("[0-9]{1,18}")) {
            throw new OperationFailedException(
                    "The rate of " + rate + " bytes per second is no whole number of 0 or more");
        }
        return new SnapshotRequest(
                method(parameters.getOrDefault(METHOD, "auto").toLowerCase(Locale.ROOT)),
                Long.parseLong(rate));
    }

    private static Optional<BaseMethod> method(String text) {
        return switch (text) {
            case "auto" -> Optional.empty();
            case "snapshot" -> Optional.of(BaseMethod.SNAPSHOT);
            case "fuzzy" -> Optional.of(BaseMethod.FUZZY);
            default ->
                    throw new OperationFailedException(
                            "There is no snapshot method '"
                                    + text
                                    + "': use snapshot (reads at one cluster time, MongoDB 5.0 and"
                                    + " later), fuzzy (any version) or auto");
        };
    }
}
