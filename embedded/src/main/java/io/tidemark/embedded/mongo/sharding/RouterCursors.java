package io.tidemark.embedded.mongo.sharding;

import io.tidemark.embedded.mongo.ServerError;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.RawBsonDocument;

/** Results that a client fetches batch by batch; the router has them whole. */
final class RouterCursors {
    private static final int FIRST_BATCH = 101;
    private static final int MAX_BATCH_BYTES = 16 * 1024 * 1024;

    private final Map<Long, List<? extends BsonDocument>> open = new ConcurrentHashMap<>();
    private final AtomicLong nextId = new AtomicLong(0x7007_0000_0001L);

    BsonDocument first(String namespace, List<? extends BsonDocument> all, BsonDocument options) {
        int size =
                options.containsKey("batchSize")
                        ? options.getNumber("batchSize").intValue()
                        : FIRST_BATCH;
        boolean single =
                options.containsKey("singleBatch") && options.getBoolean("singleBatch").getValue();
        return reply("firstBatch", namespace, all, size, size == 0, 0, single);
    }

    BsonDocument more(RoutedCommand command) {
        long id = command.body().getNumber("getMore").longValue();
        List<? extends BsonDocument> rest = open.remove(id);
        if (rest == null) {
            throw new ServerError(43, "CursorNotFound", "cursor id " + id + " not found");
        }
        String namespace =
                command.database() + "." + command.body().getString("collection").getValue();
        return reply(
                "nextBatch", namespace, rest, command.number("batchSize", 0), false, id, false);
    }

    private BsonDocument reply(
            String field,
            String namespace,
            List<? extends BsonDocument> all,
            int wanted,
            boolean none,
            long id,
            boolean single) {
        BsonArray batch = new BsonArray();
        long bytes = 0;
        int at = 0;
        while (!none && at < all.size() && (wanted == 0 || at < wanted)) {
            RawBsonDocument document = Contents.raw(all.get(at));
            bytes += document.getByteBuffer().remaining();
            if (at > 0 && bytes > MAX_BATCH_BYTES) {
                break;
            }
            batch.add(document);
            at++;
        }
        long next = 0;
        if (at < all.size() && !single) {
            next = id != 0 ? id : nextId.addAndGet(6367);
            open.put(next, new ArrayList<>(all.subList(at, all.size())));
        }
        return new BsonDocument(
                "cursor",
                new BsonDocument(field, batch)
                        .append("id", new BsonInt64(next))
                        .append("ns", Bson.string(namespace)));
    }

    boolean kill(long id) {
        return open.remove(id) != null;
    }
}
