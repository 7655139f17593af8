package io.tidemark.capture.shards;

import io.tidemark.schemas.model.ReplicaSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The last known replica sets; immutable, so that threads may hand it around. */
public record SourceSets(Map<ReplicaSet, SourceSet> byName) {
    /** Before the first look. */
    public static final SourceSets UNKNOWN = new SourceSets(Map.of());

    public SourceSets {
        byName = java.util.Collections.unmodifiableMap(new TreeMap<>(byName));
    }

    public static SourceSets of(List<SourceSet> sets) {
        Map<ReplicaSet, SourceSet> byName = new TreeMap<>();
        sets.forEach(set -> byName.put(set.replicaSet(), set));
        return new SourceSets(byName);
    }

    public Optional<SourceSet> find(ReplicaSet replicaSet) {
        return Optional.ofNullable(byName.get(replicaSet));
    }

    /** Where the cluster's locks are: the config servers, or the only replica set of no cluster. */
    public Optional<SourceSet> leading() {
        List<SourceSet> all = List.copyOf(byName.values());
        return all.size() == 1
                ? Optional.of(all.get(0))
                : all.stream().filter(SourceSet::isConfigServer).findFirst();
    }

    public boolean isKnown() {
        return !byName.isEmpty();
    }
}
