package io.tidemark.cli.export;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/**
 * How mongodump spells a collection's name in the name of a file: percent signs for what a path
 * can't have, and a digest where the name would be too long for a file system. Such a file's
 * metadata tell the whole name. (mongo-tools, {@code mongodump/prepare.go} and {@code
 * mongorestore/filepath.go}.)
 */
final class DumpNames {
    private static final String PLAIN = "-_.~$&+:=@";
    private static final int LONGEST = 238;
    private static final int KEPT = 208;

    private DumpNames() {}

    static String file(String collection) {
        String escaped = escape(collection);
        if (escaped.length() <= LONGEST) {
            return escaped;
        }
        // Also in the middle of an escape: mongorestore knows such names by their length.
        return escaped.substring(0, KEPT) + "%24" + digest(collection);
    }

    private static String escape(String name) {
        StringBuilder escaped = new StringBuilder();
        for (byte each : name.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (each & 0xFF);
            boolean letter = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
            if (letter || PLAIN.indexOf(c) >= 0) {
                escaped.append(c);
            } else {
                escaped.append(String.format("%%%02X", (int) c));
            }
        }
        return escaped.toString();
    }

    private static String digest(String name) {
        try {
            byte[] hash =
                    MessageDigest.getInstance("SHA-1")
                            .digest(name.getBytes(StandardCharsets.UTF_8));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
        } catch (NoSuchAlgorithmException everyJvmHasIt) {
            throw new AssertionError("SHA-1, which every JVM has, is absent.", everyJvmHasIt);
        }
    }
}
