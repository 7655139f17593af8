package io.tidemark.restore;

import io.tidemark.restore.estimate.RestoreEstimate;
import io.tidemark.restore.estimate.SetAmounts;
import io.tidemark.restore.report.TransactionReport;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.storage.drill.RestoreAmounts;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a restore will do, told without a target.
 *
 * @param sets how much by replica set
 * @param transactions prepared at the restored time without outcome until then
 */
public record RestorePreview(
        Map<ReplicaSet, SetAmounts> sets,
        List<OpenTransaction> transactions,
        RestoreEstimate estimate) {

    /**
     * @param preparedAt the earliest time at which a replica set prepared it
     * @param replicaSets that hold it prepared
     * @param report what becomes of it
     */
    public record OpenTransaction(
            ClusterTime preparedAt, List<ReplicaSet> replicaSets, TransactionReport report) {
        public OpenTransaction {
            replicaSets = List.copyOf(replicaSets);
        }
    }

    public RestorePreview {
        sets = Collections.unmodifiableMap(new TreeMap<>(sets));
        transactions = List.copyOf(transactions);
    }

    /** Of all replica sets. */
    public RestoreAmounts amounts() {
        return sets.values().stream()
                .map(SetAmounts::amounts)
                .reduce(RestoreAmounts.NONE, RestoreAmounts::plus);
    }

    /** False if the number of entries is an estimate. */
    public boolean isExact() {
        return sets.values().stream().allMatch(SetAmounts::exact);
    }
}
