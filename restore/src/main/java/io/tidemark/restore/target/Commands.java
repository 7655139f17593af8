package io.tidemark.restore.target;

import com.mongodb.MongoBulkWriteException;
import com.mongodb.MongoCommandException;
import com.mongodb.MongoException;
import com.mongodb.MongoSecurityException;
import com.mongodb.MongoSocketException;
import com.mongodb.MongoTimeoutException;
import com.mongodb.MongoWriteException;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoCollection;
import io.tidemark.restore.RestoreException;
import io.tidemark.schemas.model.Namespace;
import java.util.function.Supplier;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.RawBsonDocument;

/** Sends commands, and says in words what went wrong with them. */
final class Commands {
    static final int NAMESPACE_NOT_FOUND = 26;
    static final int COMMAND_NOT_FOUND = 59;
    static final int UNAUTHORIZED = 13;
    static final int NAMESPACE_EXISTS = 48;
    static final int OUT_OF_DISK_SPACE = 14_031;

    private static final BsonDocument DURABLE =
            new BsonDocument("w", new BsonString("majority")).append("j", BsonBoolean.TRUE);

    private final MongoClient client;
    private final String address;

    Commands(MongoClient client, String address) {
        this.client = client;
        this.address = address;
    }

    String address() {
        return address;
    }

    MongoClient client() {
        return client;
    }

    MongoCollection<RawBsonDocument> collection(Namespace namespace) {
        return client.getDatabase(namespace.database())
                .getCollection(namespace.collection(), RawBsonDocument.class);
    }

    /** Runs a command that reads. @throws MongoCommandException if the server refuses it */
    BsonDocument read(String database, BsonDocument command) {
        return client.getDatabase(database).runCommand(command, BsonDocument.class);
    }

    /** Runs a command that writes, durably. @throws MongoCommandException if refused */
    BsonDocument write(String database, BsonDocument command) {
        BsonDocument durable = new BsonDocument();
        durable.putAll(command);
        durable.append("writeConcern", DURABLE);
        return client.getDatabase(database).runCommand(durable, BsonDocument.class);
    }

    /**
     * Runs {@code work}.
     *
     * @param what for messages: "create collection a.b"
     * @throws RestoreException in words for whatever the driver throws
     */
    <T> T run(String what, Supplier<T> work) {
        try {
            return work.get();
        } catch (MongoTimeoutException | MongoSocketException e) {
            throw new RestoreException.Unreachable(
                    "Target " + address + " does not answer (to " + what + "): " + e.getMessage(),
                    e);
        } catch (MongoSecurityException e) {
            throw refused(what, e);
        } catch (MongoCommandException | MongoBulkWriteException | MongoWriteException e) {
            throw refused(what, e);
        } catch (MongoException e) {
            throw new RestoreException.Unreachable(
                    "Target " + address + " failed to " + what + ": " + e.getMessage(), e);
        }
    }

    private RestoreException refused(String what, MongoException e) {
        int code = code(e);
        return RestoreException.TargetRefused.ofCommand(
                "Target "
                        + address
                        + " refused to "
                        + what
                        + " (error "
                        + code
                        + "): "
                        + words(e)
                        + (code == OUT_OF_DISK_SPACE
                                ? ". Its disk is full, or nearly so: make room there."
                                : ""),
                e);
    }

    /** Of a bulk the first document's: thousands may have met the same. */
    private static String words(MongoException e) {
        if (e instanceof MongoBulkWriteException bulk && !bulk.getWriteErrors().isEmpty()) {
            int others = bulk.getWriteErrors().size() - 1;
            String first = bulk.getWriteErrors().get(0).getMessage();
            return others == 0 ? first : first + " (and " + others + " more like it)";
        }
        return e.getMessage().replaceFirst("[. ]+$", "");
    }

    /** Of a bulk the first document's, too: the driver has one of its own. */
    private static int code(MongoException e) {
        if (!(e instanceof MongoBulkWriteException bulk)) {
            return e.getCode();
        }
        return bulk.getWriteErrors().isEmpty()
                ? bulk.getWriteConcernError() == null
                        ? e.getCode()
                        : bulk.getWriteConcernError().getCode()
                : bulk.getWriteErrors().get(0).getCode();
    }
}
