package io.tidemark.restore.property;

import io.tidemark.embedded.mongo.CollectionDescription;
import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import io.tidemark.embedded.mongo.sharding.ClusterOracle;
import io.tidemark.embedded.mongo.sharding.Routing;
import io.tidemark.embedded.mongo.sharding.ShardedCollection;
import io.tidemark.restore.BsonFiles;
import io.tidemark.restore.previous.PreviousNames;
import io.tidemark.restore.replay.MemoryTarget;
import io.tidemark.restore.target.MemoryRestoreTarget;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.Namespace;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.bson.BsonDocument;
import org.bson.BsonTimestamp;
import org.bson.BsonValue;
import org.bson.RawBsonDocument;

/** Everything a restore put into its targets, against the true state at that time. */
final class Comparison {
    private static final List<String> METADATA =
            List.of("chunks", "collections", "databases", "tags", "shards", "version");

    private final Life life;
    private final ClusterOracle oracle;
    private final BsonTimestamp time;
    private final Routing routing;
    private final Map<String, MemoryRestoreTarget> targets;
    private final List<String> differences = new ArrayList<>();
    private long documents;

    Comparison(Life life, BsonTimestamp time, Map<String, MemoryRestoreTarget> targets) {
        this.life = life;
        this.oracle = life.cluster.oracle();
        this.time = time;
        this.routing = oracle.routing(time);
        this.targets = targets;
    }

    /** What differs, in words; empty if nothing does. */
    List<String> run() {
        for (String id : routing.shards().keySet()) {
            shard(id, life.cluster.shards().get(id));
        }
        metadata();
        ownership();
        return differences;
    }

    /** How many documents were compared. */
    long documents() {
        return documents;
    }

    private void same(String what, Object found, Object wanted) {
        if (!found.equals(wanted)) {
            differences.add(what + ": restored " + found + "\n      but true " + wanted);
        }
    }

    private void sameElements(String what, List<String> found, List<String> wanted) {
        List<String> more = new ArrayList<>(found);
        wanted.forEach(more::remove);
        List<String> fewer = new ArrayList<>(wanted);
        found.forEach(fewer::remove);
        if (!more.isEmpty() || !fewer.isEmpty()) {
            differences.add(what + ": restored too much " + more + "\n      and missing " + fewer);
        }
    }

    private void shard(String id, SimulatedReplicaSet set) {
        MemoryRestoreTarget target = targets.get(set.name());
        Map<String, CollectionDescription> wanted = new TreeMap<>();
        set.oracle().collectionsAt(time).values().stream()
                .filter(c -> isUsers(c.namespace()) && !isCopy(c.namespace()))
                .forEach(c -> wanted.put(c.namespace(), c));
        TreeSet<String> found = new TreeSet<>();
        target.data().collections().keySet().stream()
                .map(Namespace::toString)
                .filter(Comparison::isUsers)
                .forEach(found::add);
        TreeSet<String> names = new TreeSet<>(wanted.keySet());
        names.addAll(views(set).keySet());
        same("collections of " + id, found, names);
        views(set).forEach((name, view) -> view(id, target, name, view));
        wanted.values().stream()
                .filter(c -> found.contains(c.namespace()))
                .forEach(c -> collection(id, set, target, c));
    }

    /** A view is a document; a restore creates it as a command would. */
    private static boolean isCopy(String namespace) {
        return namespace.contains(".system.resharding.");
    }

    private Map<String, BsonDocument> views(SimulatedReplicaSet set) {
        Map<String, BsonDocument> views = new TreeMap<>();
        set.oracle().collectionsAt(time).keySet().stream()
                .filter(name -> name.endsWith(".system.views"))
                .flatMap(name -> set.oracle().documentsAt(name, time).stream())
                // A server makes that of a time series together with the collection of its buckets.
                .filter(view -> !view.getString("viewOn").getValue().startsWith("system.buckets."))
                .forEach(view -> views.put(view.getString("_id").getValue(), view));
        return views;
    }

    private void view(String id, MemoryRestoreTarget target, String name, BsonDocument wanted) {
        MemoryTarget.Contents contents = target.data().collections().get(Namespace.of(name));
        if (contents != null) {
            BsonDocument options = bson(contents.options());
            same("view " + name + " on " + id, options.get("viewOn"), wanted.get("viewOn"));
            same("pipeline of " + name, options.get("pipeline"), wanted.get("pipeline"));
        }
    }

    private static boolean isUsers(String namespace) {
        String database = Life.database(namespace);
        return !database.equals("config")
                && !database.equals("admin")
                && !database.equals("local")
                && !PreviousNames.isKept(Namespace.of(namespace))
                && !namespace.endsWith(".system.views");
    }

    private void collection(
            String id,
            SimulatedReplicaSet set,
            MemoryRestoreTarget target,
            CollectionDescription wanted) {
        String what = wanted.namespace() + " on " + id;
        MemoryTarget.Contents contents =
                target.data().collections().get(Namespace.of(wanted.namespace()));
        same("UUID of " + what, contents.uuid().orElseThrow(), wanted.uuid());
        same("options of " + what, options(contents), canonical(wanted.options()));
        List<BsonDocument> indexes = new ArrayList<>();
        contents.indexes().forEach(i -> indexes.add(bson(i)));
        same(
                "indexes of " + what,
                indexTexts(indexes),
                indexTexts(new ArrayList<>(wanted.indexes())));
        List<RawBsonDocument> truth = documentsOf(id, set, wanted);
        documents += truth.size();
        sameElements(
                "documents of " + what,
                texts(target.documents(wanted.namespace())),
                texts(truth.stream().map(BsonFiles::raw).toList()));
    }

    /** What the shard owned; of a plain collection what it held. */
    private List<RawBsonDocument> documentsOf(
            String id, SimulatedReplicaSet set, CollectionDescription wanted) {
        String namespace = wanted.namespace();
        boolean sharded =
                routing.collection(namespace)
                        .filter(c -> c.uuid().equals(wanted.uuid()))
                        .isPresent();
        boolean primary =
                routing.database(wanted.database()).filter(d -> d.primary().equals(id)).isPresent();
        boolean plain = !wanted.collection().startsWith("system.");
        return plain && (sharded || primary)
                ? oracle.documentsOf(id, namespace, time)
                : set.oracle().documentsAt(wanted.uuid(), time);
    }

    /** Options as created and then modified. */
    private static String options(MemoryTarget.Contents contents) {
        BsonDocument options = bson(contents.options());
        for (RawDocument change : contents.changes()) {
            bson(change)
                    .forEach(
                            (name, value) -> {
                                if (name.startsWith("valid") || name.startsWith("expire")) {
                                    options.put(name, value);
                                }
                            });
        }
        return canonical(options);
    }

    private static String canonical(BsonDocument options) {
        Map<String, BsonValue> sorted = new TreeMap<>(options);
        sorted.remove("uuid");
        sorted.remove("idIndex");
        // A restored collection is nobody's temporary one: a server would drop that.
        sorted.remove("temp");
        // To a server none at all.
        sorted.remove("validator", new BsonDocument());
        return sorted.toString();
    }

    /** The index on _id exists by itself. */
    private static TreeSet<String> indexTexts(List<BsonDocument> indexes) {
        TreeSet<String> texts = new TreeSet<>();
        for (BsonDocument index : indexes) {
            if (!index.getString("name").getValue().equals("_id_")) {
                texts.add(new TreeMap<>(index).toString());
            }
        }
        return texts;
    }

    /** The config servers' tables, but for what a restore says it adapts. */
    private void metadata() {
        SimulatedReplicaSet set = life.cluster.config();
        MemoryRestoreTarget target = targets.get(set.name());
        for (String name : METADATA) {
            String namespace = "config." + name;
            List<RawBsonDocument> all = set.oracle().documentsAt(namespace, time);
            List<RawBsonDocument> truth =
                    all.stream().filter(document -> !isOfCopy(document)).toList();
            List<String> found =
                    target.documents(namespace).stream()
                            .map(Comparison::bson)
                            .map(d -> adapted(name, d))
                            .sorted()
                            .toList();
            sameElements(
                    namespace, found, truth.stream().map(d -> adapted(name, d)).sorted().toList());
        }
    }

    /** A resharding that only copies has no part in the cluster's state, and nobody to go on. */
    private boolean isOfCopy(BsonDocument document) {
        Predicate<BsonDocument> same =
                collection -> collection.get("uuid").equals(document.get("uuid"));
        return life.cluster.config().oracle().documentsAt("config.collections", time).stream()
                .filter(collection -> isCopy(collection.getString("_id").getValue()))
                .anyMatch(same);
    }

    private static String adapted(String table, BsonDocument document) {
        if (!table.equals("shards")) {
            return document.toString();
        }
        BsonDocument copy = new BsonDocument();
        document.forEach(
                (field, value) -> {
                    if (!field.equals("host")) {
                        copy.append(field, value);
                    }
                });
        return copy.toString();
    }

    /** What the restored tables say of ownership is what the cluster's routing said. */
    private void ownership() {
        MemoryRestoreTarget config = targets.get("config");
        for (ShardedCollection collection : routing.collections().values()) {
            Predicate<BsonDocument> own =
                    chunk ->
                            chunk.containsKey("uuid")
                                    ? uuid(chunk).equals(collection.uuid().toString())
                                    : chunk.getString("ns")
                                            .getValue()
                                            .equals(collection.namespace());
            TreeSet<String> found = new TreeSet<>();
            config.documents("config.chunks").stream()
                    .map(Comparison::bson)
                    .filter(own)
                    .forEach(c -> found.add(c.get("min") + " " + c.getString("shard").getValue()));
            TreeSet<String> wanted = new TreeSet<>();
            collection.chunks().forEach(c -> wanted.add(c.min() + " " + c.shard()));
            same("owners of " + collection.namespace(), found, wanted);
        }
    }

    private static String uuid(BsonDocument chunk) {
        return chunk.getBinary("uuid").asUuid().toString();
    }

    private static BsonDocument bson(RawDocument document) {
        return new RawBsonDocument(document.toBytes())
                .decode(new org.bson.codecs.BsonDocumentCodec());
    }

    /** In hex too: equal in every byte, types and field order included. */
    private static List<String> texts(List<RawDocument> documents) {
        return documents.stream()
                .map(d -> d + " " + HexFormat.of().formatHex(d.toBytes()))
                .sorted()
                .toList();
    }
}
