package io.tidemark.storage.json;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Indented JSON for people that proves itself: the last field {@code sha256} is the digest of all
 * text before its own line, so a flipped bit anywhere is found.
 */
public final class CheckedJson {
    private static final String FIELD = ",\n  \"sha256\" : \"";
    private static final String END = "\"\n}\n";
    private static final int HEX = 64;

    private CheckedJson() {}

    /**
     * @param object not empty, without a field sha256
     */
    public static byte[] bytes(ObjectNode object) {
        String text = JsonFields.prettyText(object);
        String body = text.substring(0, text.length() - "\n}".length());
        return (body + FIELD + digest(body) + END).getBytes(StandardCharsets.UTF_8);
    }

    /**
     * @throws io.tidemark.storage.object.DamagedObjectException if any bit is not what was written
     */
    public static JsonFields parse(String key, byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        int tail = FIELD.length() + HEX + END.length();
        int body = text.length() - tail;
        boolean whole =
                body > 0
                        && text.equals(
                                text.substring(0, body)
                                        + FIELD
                                        + digest(text.substring(0, body))
                                        + END);
        if (!whole) {
            throw JsonFields.damaged(key, "is not what was written: its digest doesn't fit");
        }
        return JsonFields.parse(key, bytes);
    }

    private static String digest(String text) {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(sha.digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
