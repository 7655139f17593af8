package io.tidemark.restore;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import io.tidemark.embedded.mongo.sharding.ClusterOracle;
import io.tidemark.schemas.bson.RawDocument;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.bson.BsonDocument;
import org.bson.BsonTimestamp;
import org.bson.RawBsonDocument;

/** One empty simulated replica set for each of a cluster's, reached over the wire. */
final class ServerTargets implements AutoCloseable {
    private final ClusterWorkload workload;
    private final Map<String, SimulatedReplicaSet> targets = new TreeMap<>();

    ServerTargets(ClusterWorkload workload) {
        this.workload = workload;
        workload.cluster.replicaSets().keySet().forEach(this::add);
    }

    /** For a shard that joined meanwhile. */
    void add(String name) {
        targets.put(
                name,
                SimulatedReplicaSet.builder("new-" + name)
                        .version(workload.cluster.version())
                        .start());
    }

    Collection<SimulatedReplicaSet> all() {
        return targets.values();
    }

    /** The target of a replica set. */
    SimulatedReplicaSet of(String name) {
        return targets.get(name);
    }

    Map<String, String> uris() {
        Map<String, String> uris = new TreeMap<>();
        targets.forEach((name, set) -> uris.put(name, set.uri()));
        return uris;
    }

    /** Documents byte for byte, and the UUIDs of collections. */
    void requireSame(BsonTimestamp time) {
        ClusterOracle oracle = workload.cluster.oracle();
        workload.cluster.shards().entrySet().stream()
                // Of one that has left, or joins later, there is nothing.
                .filter(shard -> oracle.routing(time).shards().containsKey(shard.getKey()))
                .forEach(
                        shard -> {
                            String id = shard.getKey();
                            SimulatedReplicaSet source = shard.getValue();
                            SimulatedReplicaSet target = targets.get(source.name());
                            for (String namespace : oracle.namespaces(time)) {
                                assertThat(texts(documents(target, namespace)))
                                        .as("%s on %s", namespace, id)
                                        .isEqualTo(texts(oracle.documentsOf(id, namespace, time)));
                                source.oracle()
                                        .collectionAt(namespace, time)
                                        .ifPresent(
                                                c ->
                                                        assertThat(uuid(target, namespace))
                                                                .contains(c.uuid()));
                            }
                        });
    }

    private static Optional<UUID> uuid(SimulatedReplicaSet target, String namespace) {
        return target.primary().collection(namespace).map(c -> c.uuid());
    }

    private static List<RawBsonDocument> documents(SimulatedReplicaSet target, String namespace) {
        return target.primary().collection(namespace).isEmpty()
                ? List.of()
                : target.primary().find(namespace, new BsonDocument(), Optional.empty());
    }

    private static List<String> texts(List<RawBsonDocument> documents) {
        return documents.stream()
                .map(BsonFiles::raw)
                .map(RawDocument::toBytes)
                .map(HexFormat.of()::formatHex)
                .sorted()
                .toList();
    }

    @Override
    public void close() {
        targets.values().forEach(SimulatedReplicaSet::close);
    }
}
