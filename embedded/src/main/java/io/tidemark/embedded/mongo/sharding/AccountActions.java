package io.tidemark.embedded.mongo.sharding;

import io.tidemark.embedded.mongo.CommandFailure;
import io.tidemark.embedded.mongo.ServerError;
import io.tidemark.embedded.mongo.TransactionId;
import java.util.ArrayList;
import java.util.List;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt32;

/**
 * Accounts of a bank: {@code bank.accounts}, hashed over all shards. Money only moves in
 * transactions.
 */
final class AccountActions {
    private static final String NAMESPACE = "bank.accounts";
    private static final int ACCOUNTS = 60;
    private static final int OPENING_BALANCE = 1000;
    private static final int OPERATIONS_PER_ENTRY = 6;

    /** A transfer on its way. */
    private record Transfer(
            TransactionId id,
            BsonDocument session,
            List<Integer> accounts,
            TwoPhaseCommit commit) {}

    private final WorkloadClient client;
    private final List<Transfer> underWay = new ArrayList<>();
    private int journal;

    AccountActions(WorkloadClient client) {
        this.client = client;
    }

    void prepare() {
        client.must("admin", "{enableSharding: 'bank'}");
        client.must("admin", "{shardCollection: 'bank.accounts', key: {_id: 'hashed'}}");
        List<BsonDocument> accounts = new ArrayList<>();
        for (int i = 0; i < ACCOUNTS; i++) {
            accounts.add(
                    new BsonDocument("_id", new BsonInt32(i))
                            .append("balance", new BsonInt32(OPENING_BALANCE)));
        }
        if (!client.insert("bank", "accounts", accounts)) {
            throw new IllegalStateException("The accounts could not be opened");
        }
        BsonDocument limit =
                new BsonDocument("setParameter", new BsonInt32(1))
                        .append(
                                "maxNumberOfTransactionOperationsInSingleOplogEntry",
                                new BsonInt32(OPERATIONS_PER_ENTRY));
        client.cluster.shards().values().forEach(shard -> shard.primary().run("admin", limit));
    }

    long sum() {
        return (long) ACCOUNTS * OPENING_BALANCE;
    }

    void begin() {
        transact(2 + client.below(2), 0);
    }

    /** Many operations: entries of the same transaction follow each other in the log. */
    void large() {
        transact(4, 10 + client.below(20));
    }

    private void transact(int parties, int notes) {
        List<Integer> chosen = chosen(parties);
        if (chosen.size() < 2 || underWay.size() > 3) {
            return;
        }
        BsonDocument session = client.session();
        boolean begun = false;
        for (int i = 0; i < chosen.size(); i++) {
            int amount = i == 0 ? -(chosen.size() - 1) : 1;
            BsonDocument pay =
                    WorkloadClient.updateCommand(
                            "accounts",
                            new BsonDocument("_id", new BsonInt32(chosen.get(i))),
                            new BsonDocument(
                                    "$inc", new BsonDocument("balance", new BsonInt32(amount))),
                            false);
            if (!statement(pay, session, !begun)) {
                return;
            }
            begun = true;
        }
        for (int i = 0; i < notes; i++) {
            BsonDocument note =
                    new BsonDocument("_id", new BsonInt32(100_000 + journal++))
                            .append("balance", new BsonInt32(0))
                            .append("note", Bson.string("x".repeat(client.below(200))));
            if (!statement(
                    WorkloadClient.insertCommand("accounts", List.of(note)), session, false)) {
                return;
            }
        }
        decide(session, chosen);
    }

    private List<Integer> chosen(int parties) {
        List<Integer> chosen = new ArrayList<>();
        for (int tries = 0; tries < 10 && chosen.size() < parties; tries++) {
            int account = client.below(ACCOUNTS);
            if (!client.isHeld(NAMESPACE, account) && !chosen.contains(account)) {
                chosen.add(account);
            }
        }
        return chosen;
    }

    private boolean statement(BsonDocument command, BsonDocument session, boolean first) {
        WorkloadClient.with(command, session).append("autocommit", BsonBoolean.FALSE);
        if (first) {
            command.append("startTransaction", BsonBoolean.TRUE);
        }
        return client.run("bank", command);
    }

    private void decide(BsonDocument session, List<Integer> accounts) {
        if (client.chance(10)) {
            finish("abortTransaction", session);
            return;
        }
        TransactionId id =
                new TransactionId(
                        Bson.session(session.getDocument("lsid")),
                        session.getInt64("txnNumber").getValue());
        TwoPhaseCommit commit;
        try {
            commit = client.cluster.router().coordinateCommit(id);
        } catch (IllegalArgumentException onOneShard) {
            // Both accounts are on one shard: nothing to coordinate.
            finish("commitTransaction", session);
            return;
        }
        accounts.forEach(account -> client.hold(NAMESPACE, account));
        underWay.add(new Transfer(id, session, accounts, commit));
    }

    private void finish(String outcome, BsonDocument session) {
        BsonDocument command =
                WorkloadClient.with(new BsonDocument(outcome, new BsonInt32(1)), session)
                        .append("autocommit", BsonBoolean.FALSE);
        client.run("admin", command);
    }

    void advance() {
        if (!underWay.isEmpty()) {
            step(underWay.get(client.below(underWay.size())));
        }
    }

    private void step(Transfer transfer) {
        TwoPhaseCommit commit = transfer.commit();
        boolean undecided = commit.outcome() == TwoPhaseCommit.Outcome.UNDECIDED;
        if (undecided && client.chance(2)) {
            commit.abort("the workload has changed its mind");
        }
        try {
            commit.step();
        } catch (CommandFailure | ServerError refused) {
            if (commit.outcome() != TwoPhaseCommit.Outcome.UNDECIDED) {
                throw refused;
            }
            // An election has ended the transaction on one of the shards: nobody may commit it.
            commit.abort(refused.getMessage());
        }
        if (commit.isDone()) {
            underWay.remove(transfer);
            transfer.accounts().forEach(account -> client.release(NAMESPACE, account));
        }
    }

    void settle() {
        while (!underWay.isEmpty()) {
            step(underWay.get(0));
        }
    }
}
