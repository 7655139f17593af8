package io.tidemark.restore.report;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a restore did; the JSON of {@code tidemark restore --json}, field by field.
 *
 * @param restoredTo the cluster time, {@code seconds:increment}
 * @param policy which cluster times count as safe
 * @param forced why the time is not safe under that policy, where the operator went on
 *     nevertheless; else empty
 * @param replicaSets by name
 * @param transactions those open at the restored time on some shard
 * @param orphansRemoved documents removed because another shard owned them
 * @param orphans the same by {@code replicaSet/namespace}
 * @param verified true if the target holds what it should
 * @param uuidsKept false where the target gave collections UUIDs of its own
 * @param replaced what of the target went, by name: under which name it is kept, or nothing
 * @param rollback commands of the shell that lead back to what is kept; else empty
 * @param warnings what the operator should know
 * @param problems differences found; empty if verified
 * @param seconds how long it took; with {@link #taking}, with what came before it
 */
public record RestoreReport(
        String restoredTo,
        String policy,
        List<String> forced,
        Map<String, ReplicaSetReport> replicaSets,
        List<TransactionReport> transactions,
        long orphansRemoved,
        Map<String, Long> orphans,
        boolean verified,
        boolean uuidsKept,
        Map<String, String> replaced,
        List<String> rollback,
        List<String> warnings,
        List<String> problems,
        double seconds) {
    public RestoreReport {
        forced = List.copyOf(forced);
        replicaSets = new TreeMap<>(replicaSets);
        transactions = List.copyOf(transactions);
        orphans = new TreeMap<>(orphans);
        replaced = new TreeMap<>(replaced);
        rollback = List.copyOf(rollback);
        warnings = List.copyOf(warnings);
        problems = List.copyOf(problems);
    }

    /** The same of a restore that took so long together with planning it. */
    public RestoreReport taking(double all) {
        return new RestoreReport(
                restoredTo,
                policy,
                forced,
                replicaSets,
                transactions,
                orphansRemoved,
                orphans,
                verified,
                uuidsKept,
                replaced,
                rollback,
                warnings,
                problems,
                all);
    }
}
