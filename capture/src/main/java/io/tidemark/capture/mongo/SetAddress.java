package io.tidemark.capture.mongo;

import io.tidemark.capture.shards.SourceSet;
import io.tidemark.capture.tail.SourceRefusedException;
import io.tidemark.schemas.model.ReplicaSet;
import java.util.List;
import java.util.Optional;

/** A replica set as the server writes it: {@code rs0/host1:port,host2:port}. */
record SetAddress(String name, List<String> hosts) {
    SetAddress {
        hosts = List.copyOf(hosts);
    }

    static SetAddress parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 1 || slash == text.length() - 1) {
            throw new SourceRefusedException(
                    "'"
                            + text
                            + "' is not SET/HOST:PORT,…: a shard that is no replica set has no"
                            + " oplog to capture");
        }
        return new SetAddress(
                text.substring(0, slash), List.of(text.substring(slash + 1).split(",")));
    }

    SourceSet as(Optional<String> shardId, boolean isConfigServer) {
        return new SourceSet(new ReplicaSet(name), shardId, isConfigServer, hosts);
    }
}
