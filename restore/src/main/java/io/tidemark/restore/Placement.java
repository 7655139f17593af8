package io.tidemark.restore;

import io.tidemark.restore.merge.Selection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * How the parts of the archive's cluster lie in the restored one, where it is another topology.
 *
 * @param shardIds the restored cluster's shard ids by the archive's (or by its replica set names);
 *     others keep theirs
 * @param addedShards connection strings of empty replica sets by the ids of the shards that they
 *     become: the archive knows nothing of them
 * @param selections what alone is restored, into one target; empty for everything
 * @param replacement what of a target that holds data may go
 */
public record Placement(
        Map<String, String> shardIds,
        Map<String, String> addedShards,
        List<Selection> selections,
        Replacement replacement) {
    /** The archive's topology. */
    public static final Placement SAME = new Placement(Map.of(), Map.of());

    public Placement {
        shardIds = Map.copyOf(shardIds);
        addedShards = Map.copyOf(addedShards);
        selections = List.copyOf(selections);
    }

    /** Everything, into empty targets. */
    public Placement(Map<String, String> shardIds, Map<String, String> addedShards) {
        this(shardIds, addedShards, List.of(), Replacement.NONE);
    }

    /** The same that says nothing of these shards. */
    Placement without(Set<String> shards) {
        Map<String, String> others = new TreeMap<>(shardIds);
        others.keySet().removeAll(shards);
        return new Placement(others, addedShards, selections, replacement);
    }

    @Override
    public String toString() {
        // Connection strings may hold passwords.
        return "shard ids "
                + new TreeMap<>(shardIds)
                + ", added "
                + new TreeMap<>(addedShards).keySet()
                + ", selected "
                + selections
                + ", replacing "
                + new TreeSet<>(replacement.names())
                + (replacement.keepsPrevious() ? " and keeping it" : "");
    }
}
