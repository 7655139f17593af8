package io.tidemark.restore.replay.update;

import io.tidemark.schemas.bson.RawElement;
import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;

/**
 * Field names as strings of one char per byte: equal and ordered exactly as the server's, whatever
 * the bytes are, and without decoding UTF-8.
 */
final class FieldName {
    private FieldName() {}

    static String of(RawElement element) {
        int start = element.start() + 1;
        int length = element.valueStart() - 1 - start;
        return new String(element.array(), start, length, StandardCharsets.ISO_8859_1);
    }

    static byte[] bytes(String name) {
        return name.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** The array index a name stands for: decimal digits without leading zeros. */
    static OptionalInt index(String name) {
        boolean canonical = !name.isEmpty() && name.length() < 10;
        for (int i = 0; i < name.length() && canonical; i++) {
            canonical = name.charAt(i) >= '0' && name.charAt(i) <= '9';
        }
        boolean padded = name.length() > 1 && name.charAt(0) == '0';
        return canonical && !padded ? OptionalInt.of(Integer.parseInt(name)) : OptionalInt.empty();
    }
}
