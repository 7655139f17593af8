package io.tidemark.restore.replay;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;

/**
 * What replay stands on.
 *
 * @param replicaSet whose oplog it is
 * @param rules which namespaces are restored
 * @param from the first entry that is replayed, if it is there; all before it, and the end of a
 *     transaction in it, are in the base. 0:0 without a base
 * @param exactFrom the end of the base's reads: entries after it find exactly the state before
 *     them; 0:0 without a base. Every base is taken for a fuzzy one: also where its documents were
 *     read at one time, its catalogue was not, and replay over what it holds already is exact
 * @param namesIdentify true where the base doesn't know its collections' UUIDs: they are learned
 *     from the entries
 */
public record ReplayStart(
        ReplicaSet replicaSet,
        NamespaceRules rules,
        ClusterTime from,
        ClusterTime exactFrom,
        boolean namesIdentify) {

    /** From the replica set's first entry ever. */
    public static ReplayStart birth(ReplicaSet replicaSet, NamespaceRules rules) {
        return new ReplayStart(replicaSet, rules, ClusterTime.ZERO, ClusterTime.ZERO, false);
    }

    /**
     * A transaction that began before this time was decided when the base was begun, and the base
     * holds what it did. 0:0 where nobody vouches for that: bases of other tools.
     */
    ClusterTime knowsOpenFrom() {
        return namesIdentify ? ClusterTime.ZERO : from;
    }
}
