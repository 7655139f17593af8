package io.tidemark.embedded.mongo.sharding;

import io.tidemark.embedded.mongo.TransactionId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt64;

/** A transaction as the router sees it: who takes part, and who wrote. */
final class RoutedTransaction {
    private final TransactionId id;
    private final Map<String, Boolean> wroteByShard = new LinkedHashMap<>();
    private final SortedSet<String> namespaces = new TreeSet<>();
    private final SortedSet<String> written = new TreeSet<>();
    private BsonDocument readConcern = new BsonDocument();
    private TwoPhaseCommit commit;

    RoutedTransaction(TransactionId id) {
        this.id = id;
    }

    TransactionId id() {
        return id;
    }

    void readConcern(BsonDocument given) {
        readConcern = given;
    }

    /** Adds the transaction's fields to a statement for a shard; the first one there begins it. */
    synchronized BsonDocument statement(
            String shard, String namespace, boolean writes, BsonDocument command) {
        boolean first = !wroteByShard.containsKey(shard);
        wroteByShard.merge(shard, writes, Boolean::logicalOr);
        namespaces.add(namespace);
        if (writes) {
            written.add(namespace);
        }
        command.append("lsid", id.lsid())
                .append("txnNumber", new BsonInt64(id.txnNumber()))
                .append("autocommit", BsonBoolean.FALSE);
        if (first) {
            command.append("startTransaction", BsonBoolean.TRUE);
            if (!readConcern.isEmpty()) {
                command.append("readConcern", readConcern);
            }
        }
        return command;
    }

    synchronized List<String> participants() {
        return List.copyOf(wroteByShard.keySet());
    }

    synchronized List<String> writers() {
        return wroteByShard.entrySet().stream()
                .filter(Map.Entry::getValue)
                .map(Map.Entry::getKey)
                .toList();
    }

    synchronized SortedSet<String> written() {
        return new TreeSet<>(written);
    }

    synchronized boolean touches(String namespace) {
        return namespaces.contains(namespace);
    }

    synchronized boolean touchesDatabase(String database) {
        return namespaces.stream().anyMatch(namespace -> namespace.startsWith(database + "."));
    }

    synchronized TwoPhaseCommit commit() {
        return commit;
    }

    synchronized void commit(TwoPhaseCommit started) {
        commit = started;
    }
}
