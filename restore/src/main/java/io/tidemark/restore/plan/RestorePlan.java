package io.tidemark.restore.plan;

import io.tidemark.restore.RestoreException;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.storage.object.AtOnce;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;

/**
 * What a restore of the whole cluster to one cluster time reads. Made from the bucket alone,
 * without opening a target.
 *
 * @param to the last cluster time whose entries are in
 * @param replicaSets in the order of their names
 */
public record RestorePlan(ClusterTime to, List<ReplicaSetPlan> replicaSets) {
    public RestorePlan {
        replicaSets = List.copyOf(replicaSets);
    }

    /**
     * Decides. For each replica set: the newest base that is usable at {@code to}, or the set's
     * birth, and the slices from there on, which must reach {@code to} without a hole. Only an
     * archived entry at or after {@code to} proves that.
     *
     * @param known says which replica sets belong to the cluster at that time; whether the archive
     *     reaches the time is decided here, whatever it says. Empty if nothing is known: then all
     *     archived ones belong to it
     * @throws RestoreException.NotCovered if the time is not covered, with the nearest that are
     * @throws RestoreException.ArchiveDamaged if slices are missing
     */
    public static RestorePlan choose(
            ClusterTime to, ArchiveFacts archive, Optional<SafeTimes> known) {
        Coverage coverage = new Coverage(archive, known);
        if (coverage.isEmpty()) {
            requireWholeCluster(0, 0);
        }
        List<Callable<ReplicaSetPlan>> tasks = new ArrayList<>();
        for (ReplicaSet replicaSet : coverage.replicaSets(to)) {
            tasks.add(() -> plan(coverage.choose(replicaSet, to), archive));
        }
        List<ReplicaSetPlan> plans = AtOnce.all(tasks);
        RestorePlan plan = new RestorePlan(to, plans);
        requireWholeCluster(
                plans.size(), plans.stream().filter(ReplicaSetPlan::isConfigServer).count());
        return plan;
    }

    /** The config servers' part; empty for a lone replica set. */
    public Optional<ReplicaSetPlan> configServers() {
        return replicaSets.stream().filter(ReplicaSetPlan::isConfigServer).findFirst();
    }

    /**
     * @param config how many of the replica sets are config servers
     * @throws RestoreException.NotCovered if there is none
     * @throws RestoreException.ArchiveDamaged if they can't be one cluster, nor one replica set
     */
    public static void requireWholeCluster(int replicaSets, long config) {
        if (replicaSets == 0) {
            throw new RestoreException.NotCovered(
                    "The archive holds no replica set of this cluster: check --bucket and"
                            + " --cluster.");
        }
        boolean alone = replicaSets == 1 && config == 0;
        if (!alone && config != 1) {
            throw new RestoreException.ArchiveDamaged(
                    "The archive holds "
                            + replicaSets
                            + " replica sets, of which "
                            + config
                            + " are known as config servers. A sharded cluster has exactly one such"
                            + " set; its documents say which shard owns what. Import or capture it"
                            + " as config server.");
        }
    }

    private static ReplicaSetPlan plan(Candidate chosen, ArchiveFacts archive) {
        Start start = chosen.start();
        return new ReplicaSetPlan(
                start.life(),
                archive.role(start.life()),
                start.base().map(BaseFacts::place),
                chosen.chain().after(),
                chosen.chain().links(),
                chosen.reach());
    }
}
