package io.tidemark.cli.audit;

import io.tidemark.cli.dump.DumpFiles;
import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import io.tidemark.embedded.mongo.SteppedClock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.bson.BsonDocument;
import org.bson.RawBsonDocument;

/** Two shards that were written to, in turns, one second apart. */
final class WrittenOplogs implements AutoCloseable {
    static final String SESSION = "5a0c1f9e-1111-4222-8333-444455556666";
    final SteppedClock clock = SteppedClock.at(1_790_000_000L);
    final SimulatedReplicaSet first = start("rs0");
    final SimulatedReplicaSet second = start("rs1");

    private SimulatedReplicaSet start(String name) {
        return SimulatedReplicaSet.builder(name)
                .clock(clock)
                .noopInterval(Duration.ZERO)
                .manualTicks()
                .start();
    }

    /** Collections first, so that no transaction creates any. */
    void write() {
        for (SimulatedReplicaSet set : List.of(first, second)) {
            run(set, "shop", "create: 'orders'");
            run(set, "shop", "create: 'drafts'");
        }
        run(first, "shop", "insert: 'orders', documents: [{_id: 7, what: 'a'}, {_id: 'x'}]");
        run(second, "shop", "insert: 'orders', documents: [{_id: {$numberLong: '8'}}]");
        run(first, "shop", "update: 'orders', updates: [{q: {_id: 7}, u: {$set: {what: 'b'}}}]");
        run(second, "other", "insert: 'orders', documents: [{_id: 7}]");
        transaction(
                first,
                "insert: 'drafts', documents: [{_id: 1}]",
                "delete: 'orders', deletes: [{q: {_id: 7}, limit: 1}]");
        run(second, "shop", "drop: 'drafts'");
        run(first, "admin", "renameCollection: 'shop.drafts', to: 'shop.kept'");
        first.primary().periodicNoop();
    }

    void run(SimulatedReplicaSet set, String database, String command) {
        clock.advance(Duration.ofSeconds(1));
        require(set.primary().run(database, BsonDocument.parse("{" + command + "}")));
    }

    private void transaction(SimulatedReplicaSet set, String... commands) {
        String session =
                ", lsid: {id: {$uuid: '%s'}}, txnNumber: {$numberLong: '3'}, autocommit: false"
                        .formatted(SESSION);
        String begins = ", startTransaction: true";
        for (String command : commands) {
            run(set, "shop", command + session + begins);
            begins = "";
        }
        run(set, "admin", "commitTransaction: 1" + session);
    }

    private static void require(BsonDocument reply) {
        boolean failed = reply.getNumber("ok").intValue() != 1 || reply.containsKey("writeErrors");
        if (failed) {
            throw new IllegalStateException(reply.toJson());
        }
    }

    /** As mongodump writes an oplog. */
    static Path dump(SimulatedReplicaSet set, Path file) {
        return DumpFiles.write(file, set.oplog().toArray(RawBsonDocument[]::new));
    }

    @Override
    public void close() {
        first.close();
        second.close();
    }
}
