package io.tidemark.embedded.mongo.sharding;

import io.tidemark.embedded.mongo.ServerError;
import io.tidemark.embedded.mongo.TransactionId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;

/**
 * Transactions through the router: begun on each shard at its first statement, committed as the
 * writers demand.
 */
final class RoutedTransactions {
    private final Core core;
    private final Shards shards;

    RoutedTransactions(Core core, Shards shards) {
        this.core = core;
        this.shards = shards;
    }

    Map<String, Function<RoutedCommand, BsonDocument>> commands() {
        return Map.of("commitTransaction", this::commit, "abortTransaction", this::abort);
    }

    /** The open transaction a command belongs to, begun if it says so. */
    Optional<RoutedTransaction> of(RoutedCommand command) {
        if (!command.inTransaction()) {
            return Optional.empty();
        }
        TransactionId id =
                command.transactionId()
                        .orElseThrow(
                                () ->
                                        ServerError.invalidOptions(
                                                "'autocommit' field requires a transaction number"
                                                        + " to also be specified"));
        if (command.flag("startTransaction", false)) {
            RoutedTransaction begun = core.transactions.begin(id);
            begun.readConcern(command.document("readConcern"));
            return Optional.of(begun);
        }
        return Optional.of(core.transactions.find(id).orElseThrow(() -> none(id)));
    }

    private static ServerError none(TransactionId id) {
        return new ServerError(
                251,
                "NoSuchTransaction",
                "cannot continue txnId "
                        + id.txnNumber()
                        + " for session "
                        + id.lsid()
                        + " with txnRetryCounter 0");
    }

    /** Sends a statement of a command to a shard, in its transaction if it has one. */
    BsonDocument send(
            RoutedCommand command,
            String shard,
            String namespace,
            boolean writes,
            BsonDocument statement) {
        BsonDocument sent = command.forShard(statement);
        Optional<RoutedTransaction> transaction = of(command);
        transaction.ifPresent(open -> open.statement(shard, namespace, writes, sent));
        String database = namespace.substring(0, namespace.indexOf('.'));
        return shards.shard(shard).run(database, sent);
    }

    private BsonDocument commit(RoutedCommand command) {
        TransactionId id =
                command.transactionId()
                        .orElseThrow(() -> none(new TransactionId(new BsonDocument(), 0)));
        RoutedTransaction transaction = core.transactions.find(id).orElseThrow(() -> none(id));
        shards.catchUp();
        if (transaction.writers().size() > 1) {
            TwoPhaseCommit commit = coordinate(id);
            commit.finish();
            core.gossip.seen(shards.latest());
            if (commit.outcome() == TwoPhaseCommit.Outcome.ABORTED) {
                throw none(id);
            }
            return new BsonDocument();
        }
        List<String> order = new ArrayList<>(transaction.participants());
        // A single writer commits last: by then no reader can fail any more.
        order.removeAll(transaction.writers());
        order.addAll(transaction.writers());
        for (String shard : order) {
            shards.shard(shard).run("admin", outcome(id, "commitTransaction", command));
        }
        core.transactions.end(id);
        return new BsonDocument();
    }

    private static BsonDocument outcome(TransactionId id, String name, RoutedCommand command) {
        BsonDocument outcome =
                new BsonDocument(name, new BsonInt32(1))
                        .append("lsid", id.lsid())
                        .append("txnNumber", new BsonInt64(id.txnNumber()))
                        .append("autocommit", BsonBoolean.FALSE);
        if (command.body().containsKey("writeConcern")) {
            outcome.append("writeConcern", command.body().get("writeConcern"));
        }
        return outcome;
    }

    TwoPhaseCommit coordinate(TransactionId id) {
        RoutedTransaction transaction = core.transactions.find(id).orElseThrow(() -> none(id));
        if (transaction.commit() == null) {
            List<Member> participants =
                    transaction.participants().stream().map(shards::shard).toList();
            if (participants.size() < 2) {
                throw new IllegalArgumentException(
                        "Only a transaction on several shards has a two-phase commit");
            }
            ClusterEvent event = core.begun("transaction", id.toString());
            transaction.commit(
                    new TwoPhaseCommit(
                            id,
                            participants,
                            transaction.written(),
                            core.version,
                            () -> {
                                core.transactions.end(id);
                                core.gossip.seen(shards.latest());
                                core.ended(event);
                            }));
        }
        return transaction.commit();
    }

    private BsonDocument abort(RoutedCommand command) {
        TransactionId id =
                command.transactionId()
                        .orElseThrow(() -> none(new TransactionId(new BsonDocument(), 0)));
        RoutedTransaction transaction = core.transactions.find(id).orElseThrow(() -> none(id));
        abortEverywhere(transaction);
        return new BsonDocument();
    }

    private void abortEverywhere(RoutedTransaction transaction) {
        core.transactions.end(transaction.id());
        RoutedCommand none = new RoutedCommand("admin", new BsonDocument(), Map.of(), false);
        for (String shard : transaction.participants()) {
            try {
                shards.shard(shard)
                        .run("admin", outcome(transaction.id(), "abortTransaction", none));
            } catch (ShardRefusal gone) {
                // A shard where it failed has aborted by itself and says that it knows of none; all
                // others must abort.
                if (gone.code() != 251) {
                    throw gone;
                }
            }
        }
    }

    /** A refused statement ends its transaction on all shards. */
    void abortAfterError(RoutedCommand command, BsonDocument reply) {
        boolean outcome =
                command.body().containsKey("commitTransaction")
                        || command.body().containsKey("abortTransaction");
        if (!command.inTransaction() || outcome) {
            return;
        }
        command.transactionId()
                .flatMap(core.transactions::find)
                .filter(transaction -> transaction.commit() == null)
                .ifPresent(this::abortEverywhere);
        // Also where the first statement was refused, before any shard knew of the transaction.
        if (isTransient(reply)) {
            reply.putIfAbsent(
                    "errorLabels",
                    new BsonArray(List.of(Bson.string("TransientTransactionError"))));
        }
    }

    private static boolean isTransient(BsonDocument reply) {
        int code = reply.containsKey("code") ? reply.getNumber("code").intValue() : 0;
        return code == 112 || code == 251 || code == 13388 || code == 246 || code == 24;
    }
}
