package io.tidemark.embedded.mongo.node;

import io.tidemark.embedded.mongo.CommandFailure;
import io.tidemark.embedded.mongo.ErrorCode;
import io.tidemark.embedded.mongo.raw.RawBuilder;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** Open cursors of one set, each belonging to the member it was opened on. */
final class Cursors {
    private record Open(int member, ServerCursor cursor) {}

    private final Map<Long, Open> open = new ConcurrentHashMap<>();
    private final AtomicLong nextId = new AtomicLong(0x5eed_0000_0001L);

    /** Answers with the first batch and keeps the cursor if there may be more. */
    void first(Request request, ServerCursor cursor, int batchSize, RawBuilder reply, long at) {
        List<byte[]> batch = batchSize == 0 ? List.of() : cursor.next(request, batchSize, 0);
        boolean more = !cursor.isExhausted() && !request.flag("singleBatch");
        long id = 0;
        if (more) {
            id = nextId.addAndGet(7919);
            open.put(id, new Open(request.member(), cursor));
        }
        write(reply, "firstBatch", batch, id, cursor, at);
    }

    void more(Request request, RawBuilder reply) {
        long id = request.number("getMore", 0);
        Open found = open.get(id);
        String namespace = request.database() + "." + request.string("collection");
        if (found == null || found.member() != request.member()) {
            throw notFound(id);
        }
        ServerCursor cursor = found.cursor();
        if (!cursor.namespace().equals(namespace)) {
            throw new CommandFailure(
                    ErrorCode.Unauthorized,
                    "Requested getMore on namespace '"
                            + namespace
                            + "', but cursor belongs to a different namespace "
                            + cursor.namespace());
        }
        List<byte[]> batch;
        try {
            batch =
                    cursor.next(
                            request,
                            (int) request.number("batchSize", 0),
                            request.number("maxTimeMS", 1000));
        } catch (CommandFailure e) {
            open.remove(id);
            throw e;
        }
        boolean over = cursor.isExhausted();
        if (over) {
            open.remove(id);
        }
        write(reply, "nextBatch", batch, over ? 0 : id, cursor, 0);
    }

    static CommandFailure notFound(long id) {
        return new CommandFailure(ErrorCode.CursorNotFound, "cursor id " + id + " not found");
    }

    boolean kill(long id) {
        return open.remove(id) != null;
    }

    /** Ends all cursors of a member, as its restart or state change does. */
    void killAll(int member) {
        open.values().removeIf(cursor -> cursor.member() == member);
    }

    private static void write(
            RawBuilder reply,
            String field,
            List<byte[]> batch,
            long id,
            ServerCursor cursor,
            long atClusterTime) {
        reply.reserve(batch.stream().mapToInt(b -> b.length + INDEX_BYTES).sum() + REST_BYTES);
        reply.startDocument("cursor").startArray(field);
        for (int i = 0; i < batch.size(); i++) {
            reply.document(index(i), batch.get(i));
        }
        reply.end();
        cursor.resumeToken().ifPresent(token -> reply.document("postBatchResumeToken", token));
        reply.int64("id", id).string("ns", cursor.namespace());
        if (atClusterTime != 0) {
            reply.timestamp("atClusterTime", atClusterTime);
        }
        reply.end();
    }

    /** Around each document: its type and its index as text. */
    private static final int INDEX_BYTES = 8;

    /** Behind the batch: the cursor's other fields, and those that every reply has. */
    private static final int REST_BYTES = 1024;

    private static final String[] INDEXES = new String[4096];

    static {
        for (int i = 0; i < INDEXES.length; i++) {
            INDEXES[i] = Integer.toString(i);
        }
    }

    private static String index(int i) {
        return i < INDEXES.length ? INDEXES[i] : Integer.toString(i);
    }
}
