package io.tidemark.embedded.mongo.sharding;

import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt64;

/**
 * What the actions of a workload share: the router, chance, and which documents open transactions
 * hold.
 */
final class WorkloadClient {
    /**
     * Refusals that belong to a cluster at work: a lock not had, a duplicate, a namespace or index
     * not there, a write conflict, an aborted transaction, a critical section, an interruption by
     * an election.
     */
    private static final Set<Integer> EXPECTED =
            Set.of(24, 26, 27, 48, 85, 86, 112, 251, 11000, 13388, 11602, 189, 10107, 121);

    final SimulatedCluster cluster;
    final Random random;
    private final Set<String> held = new HashSet<>();
    private long nextTransaction;

    WorkloadClient(SimulatedCluster cluster, Random random) {
        this.cluster = cluster;
        this.random = random;
    }

    /** Runs a command; false if it was refused for a reason that belongs to a cluster at work. */
    boolean run(String database, BsonDocument command) {
        BsonDocument reply = cluster.router().run(database, command);
        if (reply.getNumber("ok").intValue() != 1) {
            requireExpected(command, reply, reply.getNumber("code").intValue());
            return false;
        }
        if (reply.containsKey("writeErrors")) {
            BsonDocument first = reply.getArray("writeErrors").get(0).asDocument();
            requireExpected(command, reply, first.getNumber("code").intValue());
            return false;
        }
        return true;
    }

    private static void requireExpected(BsonDocument command, BsonDocument reply, int code) {
        if (!EXPECTED.contains(code)) {
            throw new IllegalStateException("The workload's " + command + " was refused: " + reply);
        }
    }

    /** Runs a command that cannot be refused. */
    void must(String database, String command) {
        if (!run(database, BsonDocument.parse(command))) {
            throw new IllegalStateException("The workload's " + command + " was refused");
        }
    }

    boolean insert(String database, String collection, List<BsonDocument> documents) {
        return run(database, insertCommand(collection, documents));
    }

    static BsonDocument insertCommand(String collection, List<BsonDocument> documents) {
        return new BsonDocument("insert", Bson.string(collection))
                .append("documents", new BsonArray(documents));
    }

    static BsonDocument updateCommand(
            String collection, BsonDocument filter, BsonDocument update, boolean multi) {
        BsonDocument statement = new BsonDocument("q", filter).append("u", update);
        if (multi) {
            statement.append("multi", BsonBoolean.TRUE);
        }
        return new BsonDocument("update", Bson.string(collection))
                .append("updates", new BsonArray(List.of(statement)));
    }

    static BsonDocument deleteCommand(String collection, BsonDocument filter, boolean many) {
        BsonDocument statement =
                new BsonDocument("q", filter).append("limit", Bson.number(many ? 0 : 1));
        return new BsonDocument("delete", Bson.string(collection))
                .append("deletes", new BsonArray(List.of(statement)));
    }

    /** Fields of a session of its own. */
    BsonDocument session() {
        nextTransaction++;
        UUID id =
                new UUID(
                        0x7e57_0000_0000_4000L | nextTransaction,
                        0x8000_0000_0000_0000L | random.nextInt());
        return new BsonDocument("lsid", new BsonDocument("id", Bson.uuid(id)))
                .append("txnNumber", new BsonInt64(nextTransaction));
    }

    static BsonDocument with(BsonDocument command, BsonDocument more) {
        more.forEach(command::append);
        return command;
    }

    /** A transaction holds a document: others would wait for it, and there is only one thread. */
    void hold(String namespace, int id) {
        held.add(namespace + "/" + id);
    }

    void release(String namespace, int id) {
        held.remove(namespace + "/" + id);
    }

    boolean isHeld(String namespace, int id) {
        return held.contains(namespace + "/" + id);
    }

    boolean holdsAnyOf(String namespace) {
        return held.stream().anyMatch(name -> name.startsWith(namespace + "/"));
    }

    int below(int bound) {
        return random.nextInt(bound);
    }

    boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }
}
