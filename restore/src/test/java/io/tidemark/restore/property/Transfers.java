package io.tidemark.restore.property;

import io.tidemark.embedded.mongo.CommandFailure;
import io.tidemark.embedded.mongo.ServerError;
import io.tidemark.embedded.mongo.TransactionId;
import io.tidemark.embedded.mongo.sharding.TwoPhaseCommit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;

/** Transactions of users: on one shard and on several, small and large, in all their endings. */
final class Transfers {
    private record Document(String namespace, int id) {}

    private record Open(TwoPhaseCommit commit, List<Document> documents) {}

    private final Life life;
    private final UserWrites writes;
    private final List<Open> underWay = new ArrayList<>();
    private final List<Open> abandoned = new ArrayList<>();
    private long nextSession = 100;

    Transfers(Life life, UserWrites writes) {
        this.life = life;
        this.writes = writes;
    }

    /** Writes in a transaction; one on several shards then commits in steps. */
    void begin() {
        BsonDocument session =
                new BsonDocument("lsid", UserWrites.session(nextSession++))
                        .append("txnNumber", new BsonInt64(life.below(5)))
                        .append("autocommit", BsonBoolean.FALSE);
        List<Document> documents = new ArrayList<>();
        int statements = 2 + life.below(6);
        for (int i = 0; i < statements; i++) {
            Optional<BsonDocument> statement = statement(documents);
            if (statement.isEmpty()) {
                continue;
            }
            String namespace = documents.get(documents.size() - 1).namespace();
            BsonDocument command = statement.get();
            command.putAll(session);
            if (documents.size() == 1) {
                command.append("startTransaction", BsonBoolean.TRUE);
            }
            if (!life.run(Life.database(namespace), command)) {
                return;
            }
        }
        if (!documents.isEmpty()) {
            end(session, documents);
        }
    }

    private Optional<BsonDocument> statement(List<Document> documents) {
        Optional<String> namespace = writes.anyCollection();
        // DDL waits for transactions, and the other way round.
        if (namespace.isEmpty() || life.isDefining(Life.database(namespace.get()))) {
            return Optional.empty();
        }
        String ns = namespace.get();
        if (life.rare && writes.isCapped(ns)) {
            // A server refuses it there.
            return Optional.empty();
        }
        int id = life.chance(50) ? writes.anyFreeId(ns) : 0;
        if (id == 0) {
            int fresh = life.nextId();
            documents.add(new Document(ns, fresh));
            return Optional.of(
                    UserWrites.insertCommand(ns, List.of(writes.newDocument(ns, fresh))));
        }
        documents.add(new Document(ns, id));
        return Optional.of(
                life.chance(20)
                        ? UserWrites.deleteCommand(ns, writes.key(ns, id))
                        : UserWrites.updateCommand(ns, writes.key(ns, id), writes.change(), false));
    }

    private void end(BsonDocument session, List<Document> documents) {
        TwoPhaseCommit commit = null;
        if (life.chance(85)) {
            TransactionId id =
                    new TransactionId(
                            session.getDocument("lsid"), session.getInt64("txnNumber").getValue());
            try {
                commit = life.router().coordinateCommit(id);
            } catch (IllegalArgumentException onOneShard) {
                commit = null;
            }
        }
        if (commit == null) {
            String outcome = life.chance(15) ? "abortTransaction" : "commitTransaction";
            BsonDocument command = new BsonDocument(outcome, new BsonInt32(1));
            command.putAll(session);
            life.run("admin", command);
            return;
        }
        documents.forEach(d -> life.hold(d.namespace(), d.id()));
        underWay.add(new Open(commit, documents));
    }

    boolean isBusy() {
        return underWay.size() > 3;
    }

    void advance() {
        if (underWay.isEmpty()) {
            return;
        }
        Open open = life.any(underWay);
        TwoPhaseCommit commit = open.commit();
        boolean undecided = commit.outcome() == TwoPhaseCommit.Outcome.UNDECIDED;
        if (isPrepared(commit) && life.chance(30)) {
            // All sets write behind the last prepare: cuts with the outcome open are possible.
            life.wrote("noop everywhere while " + commit.id().txnNumber() + " is prepared");
            life.cluster.noopEverywhere();
        }
        if (undecided && life.chance(4)) {
            life.wrote("abort " + commit.id().txnNumber());
            commit.abort("the workload has changed its mind");
        }
        life.wrote("transaction: " + commit.next().orElse(""));
        try {
            commit.step();
        } catch (CommandFailure | ServerError refused) {
            if (commit.outcome() != TwoPhaseCommit.Outcome.UNDECIDED) {
                throw refused;
            }
            // An election has ended it on one of the shards: nobody may commit it.
            commit.abort(refused.getMessage());
        }
        if (commit.isDone()) {
            underWay.remove(open);
            open.documents().forEach(d -> life.release(d.namespace(), d.id()));
        }
    }

    /** The coordinator dies: its transaction stays as it is, and its documents held. */
    void abandon() {
        if (!underWay.isEmpty()) {
            life.wrote("abandon a transaction");
            abandoned.add(underWay.remove(life.below(underWay.size())));
        }
    }

    private static boolean isPrepared(TwoPhaseCommit commit) {
        return commit.next().filter("decide"::equals).isPresent();
    }

    /**
     * After the archive was made, so no restore can know: what was decided counts, although not all
     * shards know it, and of what was prepared everywhere the outcome may still be either.
     */
    void decideAll() {
        abandoned.addAll(underWay);
        for (Open open : abandoned) {
            TwoPhaseCommit commit = open.commit();
            boolean decided = commit.outcome() == TwoPhaseCommit.Outcome.COMMITTED;
            if (decided || isPrepared(commit) && life.chance(70)) {
                commit.finish();
            }
        }
    }

    void settle() {
        while (!underWay.isEmpty()) {
            advance();
        }
    }
}
