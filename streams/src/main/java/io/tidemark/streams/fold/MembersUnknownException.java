package io.tidemark.streams.fold;

/** Nothing tells who the cluster's members are; the operator must. */
public final class MembersUnknownException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    MembersUnknownException(int signals) {
        super(
                "After "
                        + signals
                        + " signals nothing tells which replica set the config servers are: no"
                        + " oplog topic begins with a START record that says so, and no capture"
                        + " agent tells its status. Without the cluster's members no time can be"
                        + " called safe. Set members.config to the config servers' replica set and"
                        + " members.shards to the shards at the beginning of the topics"
                        + " (ID=REPLICA_SET,…).");
    }
}
