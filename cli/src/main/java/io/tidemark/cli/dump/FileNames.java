package io.tidemark.cli.dump;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** How mongodump spells collection names in file names: {@code %2F} for a slash. */
final class FileNames {
    private FileNames() {}

    /** A percent sign that no two hex digits follow stands for itself. */
    static String decode(String fileName) {
        byte[] bytes = fileName.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream name = new ByteArrayOutputStream(bytes.length);
        for (int i = 0; i < bytes.length; i++) {
            int decoded = bytes[i] == '%' && i + 2 < bytes.length ? hex(bytes, i + 1) : -1;
            name.write(decoded < 0 ? bytes[i] : decoded);
            i += decoded < 0 ? 0 : 2;
        }
        return name.toString(StandardCharsets.UTF_8);
    }

    private static int hex(byte[] bytes, int at) {
        int high = Character.digit(bytes[at], 16);
        int low = Character.digit(bytes[at + 1], 16);
        return high < 0 || low < 0 ? -1 : high << 4 | low;
    }
}
