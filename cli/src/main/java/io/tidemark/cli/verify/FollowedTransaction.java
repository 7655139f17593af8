package io.tidemark.cli.verify;

import io.tidemark.restore.RestoreException;
import io.tidemark.restore.replay.transaction.Decision;
import io.tidemark.restore.replay.transaction.Outcomes;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.TransactionKey;
import io.tidemark.schemas.oplog.EntryShape;
import io.tidemark.schemas.oplog.OplogEntry;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** One prepared transaction, followed through the oplogs of all replica sets in order of time. */
final class FollowedTransaction {
    private final TransactionKey key;
    private final Outcomes outcomes = new Outcomes(ClusterTime.MAX);
    private final Map<String, ClusterTime> prepared = new TreeMap<>();
    private final Map<String, String> ended = new TreeMap<>();
    private ClusterTime last = ClusterTime.ZERO;

    FollowedTransaction(TransactionKey key) {
        this.key = key;
    }

    TransactionKey key() {
        return key;
    }

    void prepare(ReplicaSet set, ClusterTime at) {
        prepared.put(set.name(), at);
        ended.remove(set.name());
        outcomes.await(key, at);
        last = at;
    }

    /**
     * A commit or abort of this transaction, or a coordinator's document.
     *
     * @return what contradicts what was seen before, in words
     */
    Optional<String> see(ReplicaSet set, OplogEntry entry) {
        try {
            outcomes.see(set, entry);
        } catch (RestoreException.ArchiveDamaged twoCommits) {
            return Optional.of(twoCommits.getMessage());
        }
        boolean end = entry.shape() == EntryShape.COMMIT || entry.shape() == EntryShape.ABORT;
        if (!end || !prepared.containsKey(set.name())) {
            return Optional.empty();
        }
        last = entry.clusterTime();
        String how = entry.shape() == EntryShape.COMMIT ? "committed" : "aborted";
        ended.put(set.name(), how);
        return ended.values().stream().distinct().count() < 2
                ? Optional.empty()
                : Optional.of(
                        "Transaction "
                                + key
                                + " ended differently on the replica sets that prepared it: "
                                + ended);
    }

    /** True if every replica set that prepared it has told its outcome, long ago. */
    boolean isOver(ClusterTime now, long seconds) {
        return ended.keySet().containsAll(prepared.keySet())
                && now.seconds() - last.seconds() > seconds;
    }

    /** Its replica sets' oplogs can't be followed any more from before this time on. */
    void giveUp(ReplicaSet set, ClusterTime before) {
        ClusterTime at = prepared.get(set.name());
        if (at != null && at.isBefore(before) && !ended.containsKey(set.name())) {
            prepared.remove(set.name());
        }
    }

    /** Prepared, and no oplog tells what became of it. */
    boolean isUndecided() {
        return !prepared.isEmpty()
                && ended.isEmpty()
                && outcomes.decide(key).outcome() == Decision.Outcome.UNDECIDED;
    }

    Map<String, ClusterTime> preparedAt() {
        return prepared;
    }
}
