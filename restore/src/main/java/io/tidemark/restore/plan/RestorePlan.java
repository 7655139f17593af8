package io.tidemark.restore.plan;

import io.tidemark.restore.RestoreException;
import io.tidemark.schemas.layout.BasePlace;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.ReplicaSetRole;
import io.tidemark.storage.catalogue.Chain;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

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
     * @throws RestoreException.NotCovered if the time is not covered, with the nearest that are
     * @throws RestoreException.ArchiveDamaged if slices are missing
     */
    public static RestorePlan choose(ClusterTime to, ArchiveFacts archive) {
        Coverage coverage = new Coverage(archive);
        if (coverage.replicaSets().isEmpty()) {
            throw new RestoreException.NotCovered(
                    "The archive holds no replica set of this cluster: check --bucket and"
                            + " --cluster.");
        }
        List<ReplicaSetPlan> plans = new ArrayList<>();
        for (ReplicaSet replicaSet : coverage.replicaSets()) {
            plans.add(plan(coverage.choose(replicaSet, to), archive));
        }
        RestorePlan plan = new RestorePlan(to, plans);
        plan.requireWholeCluster();
        return plan;
    }

    /** The config servers' part; empty for a lone replica set. */
    public Optional<ReplicaSetPlan> configServers() {
        return replicaSets.stream().filter(ReplicaSetPlan::isConfigServer).findFirst();
    }

    private void requireWholeCluster() {
        long config = replicaSets.stream().filter(ReplicaSetPlan::isConfigServer).count();
        boolean alone = replicaSets.size() == 1 && config == 0;
        if (!alone && config != 1) {
            throw new RestoreException.ArchiveDamaged(
                    "The archive holds "
                            + replicaSets.size()
                            + " replica sets, of which "
                            + config
                            + " are known as config servers. A sharded cluster has exactly one such"
                            + " set; its documents say which shard owns what. Import or capture it"
                            + " as config server.");
        }
    }

    private static ReplicaSetPlan plan(Candidate chosen, ArchiveFacts archive) {
        Optional<BasePlace> base = chosen.base().map(BaseFacts::place);
        ClusterTime reach = chosen.reach();
        List<Chain.Link> links =
                chosen.chain().links().stream()
                        .filter(link -> !link.readThrough().isAfter(reach))
                        .toList();
        Optional<ReplicaSetRole> role = archive.role(chosen.life());
        return new ReplicaSetPlan(chosen.life(), role, base, chosen.chain().after(), links, reach);
    }
}
