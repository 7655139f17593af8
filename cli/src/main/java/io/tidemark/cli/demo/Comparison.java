package io.tidemark.cli.demo;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import io.tidemark.embedded.mongo.sharding.ClusterOracle;
import io.tidemark.embedded.mongo.sharding.SimulatedCluster;
import io.tidemark.schemas.model.ClusterTime;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.bson.BsonTimestamp;
import org.bson.BsonValue;
import org.bson.RawBsonDocument;

/**
 * Compares every document that the restored shards hold with what the oracle knows to be true: the
 * same documents, on the shard that owns them, byte for byte, and nothing else.
 */
public final class Comparison {
    private static final Set<String> INTERNAL = Set.of("admin", "config", "local");

    private final ClusterOracle truth;
    private final BsonTimestamp time;
    private final List<String> differences = new ArrayList<>();
    private final Map<String, Long> documentsByNamespace = new HashMap<>();
    private final Map<String, Long> sums = new HashMap<>();
    private long documents;

    public Comparison(ClusterOracle truth, ClusterTime time) {
        this.truth = truth;
        this.time = time.toBson();
    }

    public void compare(SimulatedCluster restored) {
        restored.shards()
                .forEach(
                        (id, set) -> {
                            try (MongoClient client = MongoClients.create(set.uri())) {
                                compare(id, client);
                            }
                        });
    }

    private void compare(String shard, MongoClient client) {
        SortedSet<String> namespaces = new TreeSet<>(truth.namespaces(time));
        for (String database : client.listDatabaseNames()) {
            if (!INTERNAL.contains(database)) {
                client.getDatabase(database)
                        .listCollectionNames()
                        .forEach(name -> namespaces.add(database + "." + name));
            }
        }
        for (String namespace : namespaces) {
            compare(shard, namespace, client);
        }
    }

    private void compare(String shard, String namespace, MongoClient client) {
        int dot = namespace.indexOf('.');
        MongoCollection<RawBsonDocument> collection =
                client.getDatabase(namespace.substring(0, dot))
                        .getCollection(namespace.substring(dot + 1), RawBsonDocument.class);
        Map<BsonValue, ByteBuffer> wanted = new HashMap<>();
        truth.documentsOf(shard, namespace, time).forEach(d -> wanted.put(d.get("_id"), bytes(d)));
        for (RawBsonDocument found : collection.find()) {
            documents++;
            documentsByNamespace.merge(namespace, 1L, Long::sum);
            found.forEach((name, value) -> add(namespace + "/" + name, value));
            ByteBuffer expected = wanted.remove(found.get("_id"));
            if (expected == null) {
                differs(shard, namespace, found.get("_id"), "should not be there");
            } else if (!expected.equals(bytes(found))) {
                differs(shard, namespace, found.get("_id"), "has another content");
            }
        }
        wanted.keySet().forEach(id -> differs(shard, namespace, id, "is missing"));
    }

    private void add(String field, BsonValue value) {
        if (value.isNumber()) {
            sums.merge(field, value.asNumber().longValue(), Long::sum);
        }
    }

    private void differs(String shard, String namespace, BsonValue id, String how) {
        differences.add(namespace + " on " + shard + ": document " + id + " " + how);
    }

    private static ByteBuffer bytes(RawBsonDocument document) {
        return document.getByteBuffer().asNIO();
    }

    /** Documents read back. */
    public long documents() {
        return documents;
    }

    long documents(String namespace) {
        return documentsByNamespace.getOrDefault(namespace, 0L);
    }

    /** Over all restored documents of {@code namespace}. */
    long sum(String namespace, String field) {
        return sums.getOrDefault(namespace + "/" + field, 0L);
    }

    public List<String> differences() {
        return List.copyOf(differences);
    }
}
