package io.tidemark.timeline.tag;

/** What a replica set is in its cluster: only the config servers' catalogue tables count. */
public enum Role {
    /** The config servers, also where they hold data themselves (8.0, "config shard"). */
    CONFIG,
    SHARD
}
