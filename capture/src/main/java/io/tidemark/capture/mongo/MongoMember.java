package io.tidemark.capture.mongo;

import com.mongodb.MongoCommandException;
import com.mongodb.MongoException;
import com.mongodb.ReadPreference;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoDatabase;
import io.tidemark.capture.tail.OplogWindow;
import io.tidemark.capture.tail.SourceUnavailableException;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Optime;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonString;

/** One server, connected to directly. Safe for use by several threads. */
final class MongoMember implements AutoCloseable {
    private static final int COMMAND_NOT_FOUND = 59;
    private static final BsonInt32 ONE = new BsonInt32(1);
    private final String address;
    private final MongoClient client;

    MongoMember(String address, MongoClient client) {
        this.address = address;
        this.client = client;
    }

    String address() {
        return address;
    }

    MongoClient client() {
        return client;
    }

    Hello hello() {
        try {
            return new Hello(admin(new BsonDocument("hello", ONE)));
        } catch (MongoCommandException e) {
            if (e.getErrorCode() != COMMAND_NOT_FOUND) {
                throw translate("ask the state of", "no privilege", e);
            }
            // Before 4.4.2 the command has its old name.
            return new Hello(run("admin", new BsonDocument("isMaster", ONE), "no privilege"));
        } catch (MongoException e) {
            throw translate("ask the state of", "no privilege", e);
        }
    }

    ReplicaSetConfig config() {
        BsonDocument reply =
                run(
                        "admin",
                        new BsonDocument("replSetGetConfig", ONE),
                        "the action replSetGetConfig on the cluster (role clusterMonitor)");
        return new ReplicaSetConfig(reply.getDocument("config"));
    }

    OplogWindow window() {
        BsonDocument oldest = oldestEntry();
        boolean whole =
                oldest.isDocument("o")
                        && new BsonString("initiating set")
                                .equals(oldest.getDocument("o").get("msg"));
        return new OplogWindow(optime(oldest), whole, hello().majorityOptime());
    }

    MongoOplogCursor open(ClusterTime from, CursorSettings settings) {
        return new MongoOplogCursor(this, from, settings);
    }

    /** Runs a command and says whom it failed at. */
    BsonDocument run(String database, BsonDocument command, String privilege) {
        try {
            return database(database)
                    .runCommand(command, ReadPreference.primaryPreferred(), BsonDocument.class);
        } catch (MongoException e) {
            throw translate("run " + command.getFirstKey() + " on", privilege, e);
        }
    }

    RuntimeException translate(String doing, String privilege, MongoException error) {
        return MongoErrors.translate(doing + " " + address, privilege, error);
    }

    @Override
    public void close() {
        client.close();
    }

    private BsonDocument admin(BsonDocument command) {
        return database("admin")
                .runCommand(command, ReadPreference.primaryPreferred(), BsonDocument.class);
    }

    private MongoDatabase database(String name) {
        return client.getDatabase(name);
    }

    private BsonDocument oldestEntry() {
        try {
            BsonDocument oldest =
                    database("local")
                            .getCollection("oplog.rs", BsonDocument.class)
                            .withReadPreference(ReadPreference.primaryPreferred())
                            .find()
                            .sort(new BsonDocument("$natural", ONE))
                            // An entry can be 16 MiB; where it stands is enough.
                            .projection(
                                    new BsonDocument("ts", ONE)
                                            .append("t", ONE)
                                            .append("o.msg", ONE))
                            .limit(1)
                            .first();
            if (oldest == null) {
                throw new SourceUnavailableException(
                        "The oplog of " + address + " is empty: the member is not ready yet");
            }
            return oldest;
        } catch (MongoException e) {
            throw translate("read the oplog of", "read on the database local", e);
        }
    }

    private static Optime optime(BsonDocument entry) {
        return new Optime(
                ClusterTime.of(entry.getTimestamp("ts")),
                entry.getNumber("t", new BsonInt64(-1)).longValue());
    }
}
