package io.tidemark.restore;

import io.tidemark.restore.plan.ReplicaSetPlan;
import io.tidemark.restore.plan.RestorePlan;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Which replica set goes where; every one has its own target, and none is named in vain. */
final class Targets {
    private final Map<String, String> byName;

    Targets(RestoreRequest request, RestorePlan plan) {
        this.byName = request.targets();
        if (request.isMerged()) {
            requireAlone(request);
            return;
        }
        requireWhole(request.placement(), request.external().isPresent());
        Set<String> missing = new TreeSet<>();
        Set<String> unused = new TreeSet<>(byName.keySet());
        Set<String> used = new HashSet<>();
        for (ReplicaSetPlan set : plan.replicaSets()) {
            Optional<String> target = find(set);
            target.ifPresentOrElse(used::add, () -> missing.add(set.replicaSet().name()));
            unused.removeAll(namesOf(set));
        }
        if (!missing.isEmpty() || !unused.isEmpty()) {
            throw new RestoreException.TargetRefused(
                    "The targets don't fit the archive"
                            + (missing.isEmpty() ? "" : "; no target for " + missing)
                            + (unused.isEmpty() ? "" : "; the archive has no " + unused)
                            + ". Name one target for each replica set.");
        }
        if (used.size() < plan.replicaSets().size()) {
            throw new RestoreException.TargetRefused(
                    "Two replica sets have the same target: they would overwrite each other.");
        }
    }

    private static void requireAlone(RestoreRequest request) {
        Placement placement = request.placement();
        boolean others =
                request.targets().size() > 1
                        || !placement.shardIds().isEmpty()
                        || !placement.addedShards().isEmpty()
                        || request.external().isPresent();
        if (others) {
            throw new RestoreException.TargetRefused(
                    "The target 'merged' takes the whole cluster: with it there are neither other"
                            + " targets nor --map, --add-shard or --base external.");
        }
    }

    private static void requireWhole(Placement placement, boolean external) {
        if (!placement.selections().isEmpty()) {
            throw new RestoreException.TargetRefused(
                    "Single collections (--ns) are put together from all shards: name one target"
                            + " for them, --target merged=URI.");
        }
        if (placement.replacement().keepsPrevious() && external) {
            throw new RestoreException.TargetRefused(
                    "--keep-previous and --base external don't go together: what the targets hold"
                            + " is what the restore goes on with.");
        }
    }

    String of(ReplicaSetPlan set) {
        return find(set).orElseThrow();
    }

    private Optional<String> find(ReplicaSetPlan set) {
        return namesOf(set).stream().filter(byName::containsKey).map(byName::get).findFirst();
    }

    private static List<String> namesOf(ReplicaSetPlan set) {
        String name = set.replicaSet().name();
        return set.isConfigServer() ? List.of(name, RestoreRequest.CONFIG) : List.of(name);
    }
}
