package io.tidemark.storage.object;

/** What a key must look like, so that it means the same in a directory and in S3. */
final class ObjectNames {
    private static final int LONGEST = 900;

    private ObjectNames() {}

    static String require(String key) {
        boolean bad = key.isEmpty() || key.length() > LONGEST;
        for (String segment : key.split("/", -1)) {
            bad |= segment.isEmpty() || segment.equals(".") || segment.equals("..");
            bad |= segment.chars().anyMatch(c -> c < 0x20 || c == 0x7F || c == '\\');
        }
        if (bad) {
            throw new IllegalArgumentException(
                    "object key '"
                            + key
                            + "' must be 1 to 900 printable characters in segments joined by '/',"
                            + " none of them empty, '.' or '..'");
        }
        return key;
    }

    static void requireFolder(String prefix) {
        if (!prefix.isEmpty() && !prefix.endsWith("/")) {
            throw new IllegalArgumentException("prefix '" + prefix + "' must end with '/'");
        }
    }
}
