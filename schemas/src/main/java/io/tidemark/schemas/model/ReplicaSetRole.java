package io.tidemark.schemas.model;

import java.util.Optional;

/** What a replica set is to its sharded cluster. Written {@code config} or {@code shard:ID}. */
public sealed interface ReplicaSetRole {
    /** The config servers: hold {@code config.shards}, {@code config.chunks} and so on. */
    record ConfigServer() implements ReplicaSetRole {
        @Override
        public String toString() {
            return "config";
        }
    }

    /**
     * Holds data.
     *
     * @param id as in {@code config.shards}; often the replica set's name, but need not be
     */
    record ShardServer(String id) implements ReplicaSetRole {
        public ShardServer {
            if (id.isEmpty()) {
                throw new IllegalArgumentException("shard id is empty");
            }
        }

        @Override
        public String toString() {
            return "shard:" + id;
        }
    }

    ReplicaSetRole CONFIG_SERVER = new ConfigServer();

    static ReplicaSetRole shard(String id) {
        return new ShardServer(id);
    }

    /** Reads what {@code toString} writes; empty for any other text. */
    static Optional<ReplicaSetRole> parse(String text) {
        if (text.equals("config")) {
            return Optional.of(CONFIG_SERVER);
        }
        boolean shard = text.startsWith("shard:") && text.length() > "shard:".length();
        return shard ? Optional.of(shard(text.substring("shard:".length()))) : Optional.empty();
    }
}
