package io.tidemark.cli.verify;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.TransactionKey;
import io.tidemark.schemas.oplog.EntryShape;
import io.tidemark.schemas.oplog.OplogEntry;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;

/**
 * Follows prepared transactions through the oplogs of all replica sets, in the order of cluster
 * time: shards that ended one differently belong to different histories; one without any outcome is
 * left out of restores everywhere, and named. What is remembered is what is open, and what ended in
 * the last ten minutes of cluster time.
 */
final class DecisionCheck {
    private static final String COORDINATORS = "config.transaction_coordinators";
    private static final long REMEMBERED_SECONDS = 600;
    private static final int ENTRIES_PER_SWEEP = 10_000;

    private final Findings findings;
    private final Map<TransactionKey, FollowedTransaction> followed = new LinkedHashMap<>();

    DecisionCheck(Findings findings) {
        this.findings = findings;
    }

    /**
     * @param cluster for problems, which are no single object's
     */
    void run(List<SetEntries> sets, String cluster) {
        PriorityQueue<SetEntries> queue =
                new PriorityQueue<>(Comparator.comparing((SetEntries s) -> s.peek().clusterTime()));
        sets.stream().filter(set -> set.peek() != null).forEach(queue::add);
        long read = 0;
        while (!queue.isEmpty()) {
            SetEntries set = queue.poll();
            see(set, set.peek(), cluster);
            if (++read % ENTRIES_PER_SWEEP == 0) {
                sweep(set.peek().clusterTime());
            }
            ClusterTime broken = set.brokenAt();
            set.advance();
            if (!set.brokenAt().equals(broken)) {
                followed.values().forEach(t -> t.giveUp(set.replicaSet(), set.brokenAt()));
            }
            if (set.peek() != null) {
                queue.add(set);
            }
        }
        followed.values().stream()
                .filter(FollowedTransaction::isUndecided)
                .forEach(
                        t -> findings.undecided(new Undecided(t.key().toString(), t.preparedAt())));
    }

    private void see(SetEntries set, OplogEntry entry, String cluster) {
        if (entry.shape() == EntryShape.PREPARE) {
            TransactionKey key = entry.transactionKey().orElseThrow();
            followed.computeIfAbsent(key, FollowedTransaction::new)
                    .prepare(set.replicaSet(), entry.clusterTime());
            return;
        }
        List<FollowedTransaction> about = new ArrayList<>();
        if (entry.shape() == EntryShape.COMMIT || entry.shape() == EntryShape.ABORT) {
            entry.transactionKey().map(followed::get).ifPresent(about::add);
        } else if (entry.ns().equals(COORDINATORS)) {
            about.addAll(followed.values());
        }
        for (FollowedTransaction transaction : about) {
            Optional<String> contradiction = transaction.see(set.replicaSet(), entry);
            if (contradiction.isPresent()) {
                findings.problem(contradicts(cluster, contradiction.get()));
                followed.remove(transaction.key());
            }
        }
    }

    private void sweep(ClusterTime now) {
        followed.values().removeIf(transaction -> transaction.isOver(now, REMEMBERED_SECONDS));
    }

    private static Problem contradicts(String cluster, String what) {
        return new Problem(
                cluster,
                what,
                "the oplogs come from different histories, so no restore that reads these entries"
                        + " holds what the cluster held",
                "find out which replica set's archive is not this cluster's, or was rolled back,"
                        + " and take a new base snapshot");
    }
}
