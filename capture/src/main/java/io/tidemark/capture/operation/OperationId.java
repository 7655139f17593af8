package io.tidemark.capture.operation;

import java.util.regex.Pattern;

/**
 * Names one operation for good; of a snapshot it is also the snapshot's id in the bucket.
 *
 * @param text 1 to 64 letters, digits, '_' or '-'
 */
public record OperationId(String text) implements Comparable<OperationId> {
    private static final Pattern ALLOWED = Pattern.compile("[A-Za-z0-9_-]{1,64}");

    public OperationId {
        if (!isValid(text)) {
            throw new IllegalArgumentException(
                    "operation id '" + text + "' must be 1 to 64 letters, digits, '_' or '-'");
        }
    }

    static boolean isValid(String text) {
        return ALLOWED.matcher(text).matches();
    }

    @Override
    public int compareTo(OperationId other) {
        return text.compareTo(other.text);
    }

    @Override
    public String toString() {
        return text;
    }
}
