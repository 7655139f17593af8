package io.tidemark.embedded.mongo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.bson.BsonBinary;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.bson.BsonTimestamp;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Random operations with elections in between: at every cluster time noted on the way, store and
 * oracle tell the same story, and the log stays a log.
 */
class RandomWorkloadTest {
    private static final String[] NAMESPACES = {"a.x", "a.y", "b.x"};

    private Random random;
    private SimulatedReplicaSet set;
    private final List<BsonTimestamp> times = new ArrayList<>();
    private final List<TransactionId> prepared = new ArrayList<>();
    private final List<BsonTimestamp> preparedAt = new ArrayList<>();

    @ParameterizedTest
    @CsvSource({"V4_4, 1", "V4_4, 2", "V5_0, 3", "V5_0, 4", "V7_0, 5", "V8_0, 6", "V8_0, 7"})
    void storeAndOracleAgreeAtEveryClusterTime(ServerVersion version, long seed) {
        System.out.println("seed " + seed);
        random = new Random(seed);
        set =
                SimulatedReplicaSet.builder("rs0")
                        .version(version)
                        .members(3)
                        .clock(SteppedClock.at(1_700_000_000))
                        .manualTicks()
                        .start();
        set.setParameter("maxNumberOfTransactionOperationsInSingleOplogEntry", new BsonInt32(2));
        try (SimulatedReplicaSet running = set) {
            assertThat(running.version()).isEqualTo(version);
            for (int step = 0; step < 600; step++) {
                step();
                times.add(set.primary().lastApplied());
            }
            decideAll();
            assertLogIsOrdered();
            assertAgreement();
        }
    }

    private void step() {
        String ns = NAMESPACES[random.nextInt(NAMESPACES.length)];
        int choice = random.nextInt(100);
        if (choice < 70) {
            crud(ns, context());
        } else if (choice < 78) {
            transaction();
        } else if (choice < 84 && prepared.isEmpty()) {
            ddl(ns);
        } else if (choice < 88) {
            set.member(1 + random.nextInt(2)).run("admin", new BsonDocument("ping", ONE));
            set.primary().periodicNoop();
        } else if (choice < 92) {
            lagAndElect();
        } else if (!prepared.isEmpty()) {
            decide(random.nextInt(prepared.size()));
        }
    }

    private static final BsonInt32 ONE = new BsonInt32(1);

    private WriteContext context() {
        return random.nextInt(3) == 0 ? WriteContext.retryable(id(), 0) : WriteContext.plain();
    }

    private static TransactionId id() {
        return new TransactionId(
                new BsonDocument("id", new BsonBinary(UUID.randomUUID()))
                        .append("uid", new BsonBinary(new byte[32])),
                0);
    }

    private BsonDocument key() {
        return new BsonDocument("_id", new BsonInt32(random.nextInt(30)));
    }

    private boolean blocked(String ns, BsonDocument key) {
        // A document of a prepared transaction would block this thread for ever.
        return !prepared.isEmpty() && ns.equals("a.x") && key.getInt32("_id").getValue() < 10;
    }

    private void crud(String ns, WriteContext context) {
        BsonDocument key = key();
        if (blocked(ns, key)) {
            return;
        }
        InProcessPrimary primary = set.primary();
        BsonInt32 value = new BsonInt32(random.nextInt(1000));
        switch (random.nextInt(4)) {
            case 0 -> primary.delete(ns, key, false, context);
            case 1 -> primary.update(ns, key, new BsonDocument("v", value), false, true, context);
            default ->
                    primary.update(
                            ns,
                            key,
                            new BsonDocument(
                                    "$set",
                                    new BsonDocument("f" + random.nextInt(3), value)
                                            .append("n.x", new BsonString("t" + value))),
                            false,
                            true,
                            context);
        }
    }

    private void transaction() {
        TransactionId id = id();
        boolean prepares = random.nextInt(2) == 0 && prepared.isEmpty();
        int operations = 1 + random.nextInt(5);
        for (int i = 0; i < operations; i++) {
            BsonDocument key = new BsonDocument("_id", new BsonInt32(random.nextInt(10)));
            if (!prepares && blocked("a.x", key)) {
                return;
            }
            set.primary()
                    .update(
                            "a.x",
                            key,
                            new BsonDocument(
                                    "$set",
                                    new BsonDocument("t", new BsonInt32(random.nextInt(100)))),
                            false,
                            true,
                            WriteContext.in(id));
        }
        if (prepares) {
            preparedAt.add(set.primary().prepareTransaction(id));
            prepared.add(id);
        } else if (random.nextInt(4) == 0) {
            set.primary().abortTransaction(id);
        } else {
            set.primary().commitTransaction(id, Optional.empty());
        }
    }

    private void decide(int index) {
        TransactionId id = prepared.remove(index);
        BsonTimestamp at = preparedAt.remove(index);
        try {
            if (random.nextInt(3) == 0) {
                set.primary().abortTransaction(id);
            } else {
                set.primary().commitTransaction(id, Optional.of(at));
            }
        } catch (CommandFailure e) {
            // An election took the prepare back, so nobody knows the transaction any more.
            assertThat(e.code()).isEqualTo(ErrorCode.NoSuchTransaction);
        }
    }

    private void decideAll() {
        while (!prepared.isEmpty()) {
            decide(0);
        }
    }

    private void ddl(String ns) {
        InProcessPrimary primary = set.primary();
        switch (random.nextInt(4)) {
            case 0 -> primary.dropCollection(ns, WriteContext.plain());
            case 1 -> {
                if (primary.collection(ns).isPresent()) {
                    primary.createIndexes(
                            ns,
                            List.of(BsonDocument.parse("{key: {v: 1}, name: 'v_1'}")),
                            WriteContext.plain());
                }
            }
            case 2 -> {
                if (primary.collection("a.x").isPresent()) {
                    primary.renameCollection("a.x", "a.y", true, WriteContext.plain());
                }
            }
            default -> primary.run("b", new BsonDocument("dropDatabase", ONE));
        }
    }

    private void lagAndElect() {
        int primary = set.primaryMember().orElseThrow().index();
        int candidate = (primary + 1) % 3;
        int other = (primary + 2) % 3;
        set.member(candidate).pauseReplication();
        set.member(other).pauseReplication();
        if (prepared.isEmpty()) {
            for (int i = 0; i < random.nextInt(4); i++) {
                crud("a.y", context());
            }
            transaction();
        }
        BsonTimestamp kept = set.member(candidate).position();
        set.elect(set.member(candidate));
        set.member(other).resumeReplication();
        times.removeIf(time -> time.compareTo(kept) > 0);
    }

    private void assertLogIsOrdered() {
        BsonTimestamp last = new BsonTimestamp(0);
        long term = 0;
        for (BsonDocument entry : set.oplog()) {
            assertThat(entry.getTimestamp("ts")).isGreaterThan(last);
            assertThat(entry.getInt64("t").getValue()).isGreaterThanOrEqualTo(term);
            last = entry.getTimestamp("ts");
            term = entry.getInt64("t").getValue();
        }
    }

    private void assertAgreement() {
        for (BsonTimestamp time : times) {
            for (String ns : NAMESPACES) {
                assertThat(set.primary().find(ns, new BsonDocument(), Optional.of(time)))
                        .as(ns + " at " + time)
                        .isEqualTo(set.oracle().documentsAt(ns, time));
            }
        }
        assertThat(set.oracle().collectionsAt(set.primary().lastApplied()).values())
                .containsExactlyElementsOf(set.primary().collections());
    }
}
