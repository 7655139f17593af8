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

    Targets(Map<String, String> byName, RestorePlan plan) {
        this.byName = byName;
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
