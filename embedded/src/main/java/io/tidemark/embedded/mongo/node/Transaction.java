package io.tidemark.embedded.mongo.node;

import io.tidemark.embedded.mongo.oplog.Optime;
import io.tidemark.embedded.mongo.store.CollectionInfo;
import io.tidemark.embedded.mongo.store.IdKey;
import io.tidemark.embedded.mongo.store.ReadView;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/**
 * One multi-document transaction on one set. Guarded by the set's write lock.
 *
 * <pre>
 * IN_PROGRESS → COMMITTED | ABORTED
 * IN_PROGRESS → PREPARED → COMMITTED | ABORTED
 * </pre>
 */
final class Transaction {
    enum State {
        IN_PROGRESS,
        PREPARED,
        COMMITTED,
        ABORTED
    }

    final SessionState session;
    final long number;
    final ReadView view;
    final long startedMillis;
    State state = State.IN_PROGRESS;

    /** Changes and catalogue operations in the order they were asked for. */
    final List<TransactionStep> steps = new ArrayList<>();

    final Map<UUID, TreeMap<IdKey, byte[]>> written = new HashMap<>();
    final Map<String, CollectionInfo> created = new LinkedHashMap<>();
    final List<UniqueIndex.Claim> claims = new ArrayList<>();

    /** Optimes of the entries written for it so far; the last one is what an outcome follows. */
    final List<Optime> chain = new ArrayList<>();

    long bytes;
    // The cluster time at which it was prepared; 0 if it was not.
    long preparedAt;

    Transaction(SessionState session, long number, ReadView view, long startedMillis) {
        this.session = session;
        this.number = number;
        this.view = view;
        this.startedMillis = startedMillis;
    }

    boolean isOpen() {
        return state == State.IN_PROGRESS || state == State.PREPARED;
    }

    boolean isPrepared() {
        return state == State.PREPARED;
    }

    Optime lastEntry() {
        return chain.isEmpty() ? Optime.NONE : chain.get(chain.size() - 1);
    }

    boolean hasWritten(UUID collection, IdKey key) {
        TreeMap<IdKey, byte[]> keys = written.get(collection);
        return keys != null && keys.containsKey(key);
    }

    void add(Change change) {
        steps.add(TransactionStep.of(change));
        written.computeIfAbsent(change.collection().uuid(), ignored -> new TreeMap<>())
                .put(change.key(), change.after());
        bytes += change.logBytes();
    }
}
