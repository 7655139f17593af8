package io.tidemark.embedded.mongo.wire;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonDouble;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.bson.RawBsonDocument;
import org.bson.codecs.BsonDocumentCodec;

/** What a server answers when it has no room left, instead of doing what is asked. */
final class FullDisk {
    private static final int OUT_OF_DISK_SPACE = 14031;
    private static final String WORDS = "No space left on device";

    /** Commands of one document each, and where these stand. */
    private static final Map<String, String> BULKS =
            Map.of("insert", "documents", "update", "updates");

    private static final Set<String> OTHERS =
            Set.of("create", "createIndexes", "applyOps", "findAndModify");

    private long left = Long.MAX_VALUE;

    synchronized void fillAfter(int commands) {
        left = commands;
    }

    synchronized void empty() {
        left = Long.MAX_VALUE;
    }

    /** Empty if the command is to be carried out. */
    Optional<byte[]> refusal(BsonDocument body, Map<String, List<byte[]>> sequences) {
        String command = body.isEmpty() ? "" : body.getFirstKey();
        String documents = BULKS.get(command);
        if ((documents == null && !OTHERS.contains(command)) || !isFull()) {
            return Optional.empty();
        }
        if (documents == null) {
            return Optional.of(bytes(error(new BsonDocument("ok", new BsonDouble(0)))));
        }
        int count =
                sequences.containsKey(documents)
                        ? sequences.get(documents).size()
                        : body.getArray(documents).size();
        return Optional.of(bytes(bulk(count)));
    }

    private synchronized boolean isFull() {
        left = left == Long.MAX_VALUE ? left : Math.max(-1, left - 1);
        return left < 0;
    }

    /** As for a bulk without an order: no document came in. */
    private static BsonDocument bulk(int documents) {
        BsonArray errors = new BsonArray();
        for (int i = 0; i < documents; i++) {
            errors.add(error(new BsonDocument("index", new BsonInt32(i))));
        }
        return new BsonDocument("n", new BsonInt32(0))
                .append("nModified", new BsonInt32(0))
                .append("writeErrors", errors)
                .append("ok", new BsonDouble(1));
    }

    private static BsonDocument error(BsonDocument answer) {
        return answer.append("errmsg", new BsonString(WORDS))
                .append("code", new BsonInt32(OUT_OF_DISK_SPACE))
                .append("codeName", new BsonString("OutOfDiskSpace"));
    }

    private static byte[] bytes(BsonDocument document) {
        RawBsonDocument raw = new RawBsonDocument(document, new BsonDocumentCodec());
        byte[] bytes = new byte[raw.getByteBuffer().remaining()];
        raw.getByteBuffer().get(bytes);
        return bytes;
    }
}
