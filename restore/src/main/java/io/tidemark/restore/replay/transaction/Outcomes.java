package io.tidemark.restore.replay.transaction;

import io.tidemark.restore.RestoreException;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.bson.RawDocumentBuilder;
import io.tidemark.schemas.bson.RawElement;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.TransactionKey;
import io.tidemark.schemas.oplog.EntryShape;
import io.tidemark.schemas.oplog.OplogEntry;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Looks for the outcome of prepared transactions in the oplogs of all replica sets: a shard's own
 * commit or abort, any other shard's, or the coordinator's decision. A transaction counts at a
 * restored time if and only if it committed with a commit timestamp not after it, on all shards
 * alike; the entry that says so may lie later.
 */
public final class Outcomes {
    private static final String COORDINATORS = "config.transaction_coordinators";

    private record Found(Optional<ClusterTime> commitTimestamp, String where) {}

    private final ClusterTime to;
    private final Map<TransactionKey, ClusterTime> preparedAt = new HashMap<>();
    private final Map<TransactionKey, Found> commits = new HashMap<>();
    private final Map<TransactionKey, Found> aborts = new HashMap<>();
    private final Map<TransactionKey, Found> laterPrepares = new HashMap<>();

    /**
     * @param to the restored time
     */
    public Outcomes(ClusterTime to) {
        this.to = to;
    }

    /** A transaction without outcome; told again for every shard that has it. */
    public void await(TransactionKey key, ClusterTime prepared) {
        preparedAt.merge(key, prepared, ClusterTime::max);
    }

    /** No entry before this one says anything about the awaited transactions. */
    public Optional<ClusterTime> searchAfter() {
        return preparedAt.values().stream().min(ClusterTime::compareTo).map(ClusterTime::previous);
    }

    /** True when nothing can be learned any more. */
    public boolean areKnown() {
        return commits.keySet().containsAll(preparedAt.keySet());
    }

    /** True when of each something is known, though a commit may still come to light. */
    public boolean areDecided() {
        return preparedAt.keySet().stream().noneMatch(this::isUndecided);
    }

    private boolean isUndecided(TransactionKey key) {
        return decide(key).outcome() == Decision.Outcome.UNDECIDED;
    }

    /** An entry at or after {@link #searchAfter} of any replica set. */
    public void see(ReplicaSet replicaSet, OplogEntry entry) {
        if (entry.shape() == EntryShape.COMMIT) {
            entry.transactionKey()
                    .ifPresent(
                            key ->
                                    commit(
                                            key,
                                            entry.commitTimestamp(),
                                            place(entry, "commit", replicaSet)));
        } else if (entry.shape() == EntryShape.ABORT) {
            entry.transactionKey().ifPresent(key -> abort(key, replicaSet, entry));
        } else if (entry.shape() == EntryShape.PREPARE) {
            entry.transactionKey().ifPresent(key -> prepare(key, replicaSet, entry));
        } else if (entry.ns().equals(COORDINATORS) && !entry.op().equals("d")) {
            coordinator(replicaSet, entry);
        }
    }

    /**
     * A document of {@code config.transaction_coordinators} in a base: the decision was made before
     * the base, and its entry may lie before the oldest slice.
     */
    public void seeCoordinator(ReplicaSet replicaSet, RawDocument document) {
        Optional<RawDocument> id = document.document("_id");
        Optional<RawDocument> decision = document.document("decision");
        if (id.isEmpty() || decision.isEmpty()) {
            return;
        }
        TransactionKey key = key(id.get());
        Optional<ClusterTime> timestamp =
                decision.get().find("commitTimestamp").flatMap(Outcomes::clusterTime);
        String where = "coordinator's decision in the base of " + replicaSet;
        if (timestamp.isPresent()) {
            commit(key, timestamp, where);
        } else if (preparedAt.containsKey(key)) {
            aborts.putIfAbsent(key, new Found(Optional.empty(), where));
        }
    }

    /** What all that was seen says of one awaited transaction. */
    public Decision decide(TransactionKey key) {
        Found commit = commits.get(key);
        if (commit != null) {
            boolean in = !commit.commitTimestamp().orElseThrow().isAfter(to);
            Decision.Outcome outcome = in ? Decision.Outcome.IN : Decision.Outcome.OUT;
            return new Decision(key, commit.commitTimestamp(), outcome, commit.where());
        }
        Found abort = aborts.get(key);
        if (abort != null) {
            return new Decision(key, Optional.empty(), Decision.Outcome.OUT, abort.where());
        }
        Found later = laterPrepares.get(key);
        if (later != null) {
            return new Decision(key, Optional.empty(), Decision.Outcome.OUT, later.where());
        }
        return new Decision(
                key,
                Optional.empty(),
                Decision.Outcome.UNDECIDED,
                "no archived oplog holds its outcome");
    }

    private void commit(TransactionKey key, Optional<ClusterTime> timestamp, String where) {
        ClusterTime prepared = preparedAt.get(key);
        // An earlier commit timestamp belongs to an earlier use of the same session and number.
        boolean awaited =
                prepared != null && timestamp.isPresent() && !timestamp.get().isBefore(prepared);
        if (!awaited) {
            return;
        }
        Found found = new Found(timestamp, where);
        Found before = commits.putIfAbsent(key, found);
        if (before != null && !before.commitTimestamp().equals(timestamp)) {
            throw new RestoreException.ArchiveDamaged(
                    "Transaction "
                            + key
                            + " has two commit timestamps: "
                            + before.commitTimestamp().orElseThrow()
                            + " ("
                            + before.where()
                            + ") and "
                            + timestamp.get()
                            + " ("
                            + found.where()
                            + "). The oplogs belong to different clusters or histories.");
        }
    }

    private void abort(TransactionKey key, ReplicaSet replicaSet, OplogEntry entry) {
        ClusterTime prepared = preparedAt.get(key);
        if (prepared != null && entry.clusterTime().isAfter(prepared)) {
            aborts.putIfAbsent(key, new Found(Optional.empty(), place(entry, "abort", replicaSet)));
        }
    }

    /** A commit timestamp is the latest of the prepares: whatever comes of it, it is not in. */
    private void prepare(TransactionKey key, ReplicaSet replicaSet, OplogEntry entry) {
        if (preparedAt.containsKey(key) && entry.clusterTime().isAfter(to)) {
            laterPrepares.putIfAbsent(
                    key, new Found(Optional.empty(), place(entry, "later prepare", replicaSet)));
        }
    }

    private void coordinator(ReplicaSet replicaSet, OplogEntry entry) {
        Optional<RawDocument> decision = decisionIn(entry.o());
        Optional<RawDocument> id =
                entry.op().equals("u")
                        ? entry.o2().flatMap(key -> key.document("_id"))
                        : entry.o().document("_id");
        if (decision.isEmpty() || id.isEmpty()) {
            return;
        }
        TransactionKey key = key(id.get());
        Optional<ClusterTime> timestamp =
                decision.get().find("commitTimestamp").flatMap(Outcomes::clusterTime);
        if (timestamp.isPresent()) {
            commit(key, timestamp, place(entry, "commit", replicaSet));
        } else if (decision.get().string("decision").orElse("").equals("abort")) {
            abort(key, replicaSet, entry);
        }
    }

    /** In a document or replacement at the top, in a delta below {@code diff}. */
    private static Optional<RawDocument> decisionIn(RawDocument o) {
        Optional<RawDocument> diff = o.document("diff");
        return o.document("decision")
                .or(() -> diff.flatMap(d -> d.document("i")).flatMap(i -> i.document("decision")))
                .or(() -> diff.flatMap(d -> d.document("u")).flatMap(u -> u.document("decision")));
    }

    private static TransactionKey key(RawDocument id) {
        RawDocumentBuilder key = new RawDocumentBuilder(128);
        id.find("lsid").ifPresent(key::append);
        OptionalLong number =
                id.find("txnNumber").map(RawElement::number).orElse(OptionalLong.empty());
        number.ifPresent(n -> key.appendInt64("txnNumber", n));
        return new TransactionKey(key.build());
    }

    private static Optional<ClusterTime> clusterTime(RawElement field) {
        OptionalLong bits = field.timestamp();
        return bits.isPresent()
                ? Optional.of(ClusterTime.ofBits(bits.getAsLong()))
                : Optional.empty();
    }

    private static String place(OplogEntry entry, String what, ReplicaSet replicaSet) {
        String coordinator = entry.ns().equals(COORDINATORS) ? "coordinator's " : "";
        return coordinator + what + " at " + entry.clusterTime() + " in the oplog of " + replicaSet;
    }
}
