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

    static SourceSets of(List<SourceSet> sets) {
        Map<ReplicaSet, SourceSet> byName = new TreeMap<>();
        sets.forEach(set -> byName.put(set.replicaSet(), set));
        return new SourceSets(byName);
    }

    public Optional<SourceSet> find(ReplicaSet replicaSet) {
        return Optional.ofNullable(byName.get(replicaSet));
    }

    public boolean isKnown() {
        return !byName.isEmpty();
    }
}
