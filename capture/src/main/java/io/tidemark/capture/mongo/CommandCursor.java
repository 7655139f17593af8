package io.tidemark.capture.mongo;

import com.mongodb.ClientSessionOptions;
import com.mongodb.MongoException;
import com.mongodb.ReadPreference;
import com.mongodb.client.ClientSession;
import com.mongodb.client.MongoDatabase;
import java.util.List;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The batches that a command's cursor gives, as raw bytes, copied once. Opened with the first
 * request; the driver's own exceptions pass. One thread at a time.
 */
final class CommandCursor implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(CommandCursor.class);
    private final MongoDatabase database;
    private final ClientSession session;
    private final BsonDocument command;
    private CursorReply reply;
    private boolean broken;

    CommandCursor(MongoMember member, String database, BsonDocument command) {
        this.database = member.client().getDatabase(database);
        this.command = command;
        // One session for all requests: a server refuses getMore in another than the cursor's.
        this.session =
                member.client()
                        .startSession(
                                ClientSessionOptions.builder().causallyConsistent(false).build());
    }

    /**
     * @param batchSize of the next request; the first one's is the command's own
     * @return empty at the end
     */
    List<byte[]> next(int batchSize) {
        if (reply == null) {
            reply = run(command);
            if (!reply.batch().isEmpty()) {
                return taken();
            }
        }
        while (reply.cursorId() != 0) {
            reply = run(more(batchSize));
            if (!reply.batch().isEmpty()) {
                return taken();
            }
        }
        return List.of();
    }

    /** The reply's documents are not kept once they are given. */
    private List<byte[]> taken() {
        List<byte[]> batch = reply.batch();
        reply = new CursorReply(reply.cursorId(), reply.namespace(), List.of());
        return batch;
    }

    private BsonDocument more(int batchSize) {
        return new BsonDocument("getMore", new BsonInt64(reply.cursorId()))
                .append("collection", collection())
                .append("batchSize", new BsonInt32(batchSize));
    }

    private BsonString collection() {
        String namespace = reply.namespace();
        return new BsonString(namespace.substring(namespace.indexOf('.') + 1));
    }

    private CursorReply run(BsonDocument request) {
        try {
            return database.runCommand(
                    session, request, ReadPreference.primaryPreferred(), CursorReply.class);
        } catch (MongoException e) {
            broken = true;
            throw e;
        }
    }

    @Override
    public void close() {
        if (reply != null && reply.cursorId() != 0 && !broken) {
            kill();
        }
        session.close();
    }

    private void kill() {
        try {
            BsonArray ids = new BsonArray(List.of(new BsonInt64(reply.cursorId())));
            database.runCommand(
                    session,
                    new BsonDocument("killCursors", collection()).append("cursors", ids),
                    ReadPreference.primaryPreferred(),
                    BsonDocument.class);
        } catch (MongoException e) {
            // The server drops idle cursors by itself; nothing of ours depends on it.
            LOGGER.atDebug().addKeyValue("error", e.getMessage()).log("Cursor not killed");
        }
    }
}
