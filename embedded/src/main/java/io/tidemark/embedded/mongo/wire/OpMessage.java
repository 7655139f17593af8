package io.tidemark.embedded.mongo.wire;

import io.tidemark.embedded.mongo.raw.BsonBytes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bson.BsonDocument;
import org.bson.RawBsonDocument;

/**
 * A parsed OP_MSG (MongoDB wire protocol).
 *
 * @param body the section of kind 0
 * @param sequences sections of kind 1 by identifier
 */
record OpMessage(int flags, BsonDocument body, Map<String, List<byte[]>> sequences) {
    private static final int CHECKSUM_PRESENT = 1;
    private static final int MORE_TO_COME = 2;
    private static final int REQUIRED_BITS = 0xffff;

    boolean wantsNoReply() {
        return (flags & MORE_TO_COME) != 0;
    }

    static OpMessage parse(byte[] message) throws IOException {
        int flags = BsonBytes.int32(message, 0);
        if ((flags & REQUIRED_BITS & ~(CHECKSUM_PRESENT | MORE_TO_COME)) != 0) {
            throw new IOException("Unknown required flag bits " + flags);
        }
        int end = (flags & CHECKSUM_PRESENT) != 0 ? message.length - 4 : message.length;
        BsonDocument body = null;
        Map<String, List<byte[]>> sequences = new HashMap<>();
        int at = 4;
        while (at < end) {
            int kind = message[at];
            at++;
            int size = BsonBytes.int32(message, at);
            if (size < 5 || at + size > end) {
                throw new IOException("Section of " + size + " bytes does not fit the message");
            }
            if (kind == 0 && body == null) {
                body = shallow(new RawBsonDocument(message, at, size));
            } else if (kind == 1) {
                sequence(message, at, size, sequences);
            } else {
                throw new IOException("Section kind " + kind + " refused");
            }
            at += size;
        }
        if (body == null) {
            throw new IOException("Message has no body section");
        }
        return new OpMessage(flags, body, sequences);
    }

    private static void sequence(
            byte[] message, int from, int size, Map<String, List<byte[]>> sequences) {
        int end = from + size;
        int at = from + 4;
        int nameStart = at;
        while (message[at] != 0) {
            at++;
        }
        String name = new String(message, nameStart, at - nameStart, StandardCharsets.UTF_8);
        at++;
        List<byte[]> documents = new ArrayList<>();
        while (at < end) {
            int count = BsonBytes.int32(message, at);
            documents.add(Arrays.copyOfRange(message, at, at + count));
            at += count;
        }
        sequences.put(name, documents);
    }

    /** Decodes the top level once; values that are documents stay raw. */
    static BsonDocument shallow(RawBsonDocument raw) {
        BsonDocument decoded = new BsonDocument();
        for (String name : raw.keySet()) {
            decoded.put(name, raw.get(name));
        }
        return decoded;
    }
}
