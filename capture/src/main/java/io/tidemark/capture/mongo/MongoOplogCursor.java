package io.tidemark.capture.mongo;

import com.mongodb.ClientSessionOptions;
import com.mongodb.MongoException;
import com.mongodb.ReadPreference;
import com.mongodb.client.ClientSession;
import com.mongodb.client.MongoDatabase;
import io.tidemark.capture.tail.OplogCursor;
import io.tidemark.capture.tail.SourceRefusedException;
import io.tidemark.capture.tail.SourceUnavailableException;
import io.tidemark.schemas.bson.MalformedBsonException;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.oplog.MalformedEntryException;
import io.tidemark.schemas.oplog.OplogEntry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A tailable, awaiting cursor with read concern majority: an entry that could be rolled back must
 * never reach the topic. Runs {@code find} and {@code getMore} as commands, so that each entry's
 * bytes are copied once and a request's size can follow the size of the entries.
 */
final class MongoOplogCursor implements OplogCursor {
    private static final Logger LOGGER = LoggerFactory.getLogger(MongoOplogCursor.class);
    private static final String PRIVILEGE = "read on the database local (role backup has it)";
    private static final int FIRST_BATCH = 1_000;

    private final MongoMember member;
    private final ClientSession session;
    private final MongoDatabase local;
    private final int batchBytes;
    private long cursorId;

    /** What came with the cursor; not kept once it is given, as no reply is. */
    private List<byte[]> first;

    private int batchSize = FIRST_BATCH;
    private boolean broken;
    private boolean closed;

    MongoOplogCursor(MongoMember member, ClusterTime from, CursorSettings settings) {
        this.member = member;
        this.batchBytes = settings.batchBytes();
        this.local = member.client().getDatabase("local");
        // One session for all requests: a server refuses getMore in another than the cursor's.
        this.session =
                member.client()
                        .startSession(
                                ClientSessionOptions.builder().causallyConsistent(false).build());
        try {
            CursorReply reply = run(find(from));
            this.cursorId = reply.cursorId();
            this.first = reply.batch();
        } catch (RuntimeException e) {
            session.close();
            throw e;
        }
    }

    @Override
    public List<OplogEntry> next(Duration wait) {
        if (!first.isEmpty()) {
            List<byte[]> given = first;
            first = List.of();
            return entries(given);
        }
        if (cursorId == 0) {
            throw new SourceUnavailableException(
                    "The cursor over the oplog of " + member.address() + " was closed by it");
        }
        CursorReply reply = run(getMore(cursorId, wait));
        cursorId = reply.cursorId();
        return entries(reply.batch());
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (cursorId != 0 && !broken) {
            killCursor();
        }
        session.close();
    }

    private List<OplogEntry> entries(List<byte[]> batch) {
        List<OplogEntry> entries = new ArrayList<>(batch.size());
        long bytes = 0;
        for (byte[] bson : batch) {
            bytes += bson.length;
            entries.add(entry(bson));
        }
        if (!batch.isEmpty()) {
            long average = Math.max(1, bytes / batch.size());
            batchSize = (int) Math.max(1, Math.min(MOST_ENTRIES, batchBytes / average));
        }
        return entries;
    }

    private OplogEntry entry(byte[] bson) {
        try {
            return OplogEntry.of(bson);
        } catch (MalformedEntryException | MalformedBsonException e) {
            throw new SourceRefusedException(
                    "The oplog of %s holds what this version can't capture: %s"
                            .formatted(member.address(), e.getMessage()),
                    e);
        }
    }

    private BsonDocument find(ClusterTime from) {
        return new BsonDocument("find", new BsonString("oplog.rs"))
                .append("filter", new BsonDocument("ts", new BsonDocument("$gte", from.toBson())))
                .append("batchSize", new BsonInt32(batchSize))
                .append("tailable", BsonBoolean.TRUE)
                .append("awaitData", BsonBoolean.TRUE)
                .append("readConcern", new BsonDocument("level", new BsonString("majority")));
    }

    private BsonDocument getMore(long cursorId, Duration wait) {
        return new BsonDocument("getMore", new BsonInt64(cursorId))
                .append("collection", new BsonString("oplog.rs"))
                .append("batchSize", new BsonInt32(batchSize))
                .append("maxTimeMS", new BsonInt64(Math.max(1, wait.toMillis())));
    }

    private CursorReply run(BsonDocument command) {
        try {
            return local.runCommand(
                    session, command, ReadPreference.primaryPreferred(), CursorReply.class);
        } catch (MongoException e) {
            broken = true;
            throw member.translate("read the oplog of", PRIVILEGE, e);
        }
    }

    private void killCursor() {
        try {
            local.runCommand(
                    session,
                    new BsonDocument("killCursors", new BsonString("oplog.rs"))
                            .append("cursors", new BsonArray(List.of(new BsonInt64(cursorId)))),
                    ReadPreference.primaryPreferred(),
                    BsonDocument.class);
        } catch (MongoException e) {
            // The server drops idle cursors by itself; nothing of ours depends on it.
            LOGGER.atDebug().addKeyValue("error", e.getMessage()).log("Cursor not killed");
        }
    }
}
