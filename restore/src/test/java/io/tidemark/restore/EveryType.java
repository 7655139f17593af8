package io.tidemark.restore;

import io.tidemark.schemas.bson.RawDocument;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Values of every BSON type, deprecated ones too, by their bytes (bsonspec.org): libraries would
 * rewrite some of them.
 */
final class EveryType {
    private EveryType() {}

    /** What a value is, its type and its bytes. */
    record Value(int type, byte[] bytes) {}

    static Map<String, Value> values() {
        Map<String, Value> values = new LinkedHashMap<>();
        values.put("double", new Value(0x01, longs(Double.doubleToRawLongBits(1.5))));
        values.put("negative zero", new Value(0x01, longs(Double.doubleToRawLongBits(-0.0))));
        values.put("NaN with a payload", new Value(0x01, longs(0x7FF8_0000_DEAD_BEEFL)));
        values.put("negative signalling NaN", new Value(0x01, longs(0xFFF0_0000_0000_0001L)));
        values.put("infinity", new Value(0x01, longs(0x7FF0_0000_0000_0000L)));
        values.put("string with a NUL", new Value(0x02, string("a\0b")));
        values.put("document", new Value(0x03, document(0x10, "", ints(7))));
        values.put("array", new Value(0x04, document(0x10, "0", ints(7))));
        // What claims to be a column is looked into by servers: this one is empty.
        values.put("column", new Value(0x05, binary(7, new byte[1])));
        for (int subtype : new int[] {0, 1, 3, 4, 5, 6, 8, 9, 0x80, 0xFF}) {
            byte[] data = subtype == 3 || subtype == 4 ? new byte[16] : new byte[] {1, 2, 3};
            values.put("binary " + subtype, new Value(0x05, binary(subtype, data)));
        }
        values.put("old binary", new Value(0x05, binary(2, join(ints(3), new byte[] {1, 2, 3}))));
        values.put("undefined", new Value(0x06, new byte[0]));
        values.put("object id", new Value(0x07, new byte[12]));
        values.put("true", new Value(0x08, new byte[] {1}));
        values.put("date before 1970", new Value(0x09, longs(-1)));
        values.put("last date", new Value(0x09, longs(Long.MAX_VALUE)));
        values.put("null", new Value(0x0A, new byte[0]));
        values.put("regular expression", new Value(0x0B, join(name("a.*b"), name("imsx"))));
        values.put("dbpointer", new Value(0x0C, join(string("db.c"), new byte[12])));
        values.put("code", new Value(0x0D, string("f()")));
        values.put("symbol", new Value(0x0E, string("sym")));
        byte[] scope = document(0x10, "x", ints(1));
        byte[] code = string("f(x)");
        values.put(
                "code with scope",
                new Value(0x0F, join(ints(4 + code.length + scope.length), code, scope)));
        values.put("int", new Value(0x10, ints(Integer.MIN_VALUE)));
        values.put("timestamp", new Value(0x11, longs(-1)));
        values.put("long", new Value(0x12, longs(Long.MIN_VALUE)));
        values.put("decimal 1.500", new Value(0x13, longs(1500, 0x303A_0000_0000_0000L)));
        values.put("decimal NaN", new Value(0x13, longs(5, 0x7C00_0000_0000_0000L)));
        values.put("decimal -infinity", new Value(0x13, longs(0, 0xF800_0000_0000_0000L)));
        values.put("decimal -0E+3", new Value(0x13, longs(0, 0xB046_0000_0000_0000L)));
        values.put("min key", new Value(0xFF, new byte[0]));
        values.put("max key", new Value(0x7F, new byte[0]));
        return values;
    }

    /**
     * {@code {_id: number, "": value, n: {v: value, v: value}, a: [value]}}.
     *
     * @param second the name of the second field of {@code n}: {@code v} to have it twice
     */
    static RawDocument around(int number, Value value, String second) {
        byte[] twice = wrapped(join(element(value, "v"), element(value, second)));
        byte[] inArray = wrapped(element(value, "0"));
        return RawDocument.of(
                wrapped(
                        join(
                                element(new Value(0x10, ints(number)), "_id"),
                                element(value, ""),
                                element(new Value(0x03, twice), "n"),
                                element(new Value(0x04, inArray), "a"))));
    }

    private static byte[] element(Value value, String name) {
        return join(new byte[] {(byte) value.type()}, name(name), value.bytes());
    }

    private static byte[] document(int type, String name, byte[] value) {
        return wrapped(element(new Value(type, value), name));
    }

    private static byte[] wrapped(byte[] elements) {
        return join(ints(elements.length + 5), elements, new byte[1]);
    }

    private static byte[] string(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return join(ints(bytes.length + 1), bytes, new byte[1]);
    }

    private static byte[] name(String text) {
        return join(text.getBytes(StandardCharsets.UTF_8), new byte[1]);
    }

    private static byte[] binary(int subtype, byte[] data) {
        return join(ints(data.length), new byte[] {(byte) subtype}, data);
    }

    private static byte[] ints(int value) {
        return ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array();
    }

    private static byte[] longs(long... values) {
        ByteBuffer bytes = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (long value : values) {
            bytes.putLong(value);
        }
        return bytes.array();
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }
}
