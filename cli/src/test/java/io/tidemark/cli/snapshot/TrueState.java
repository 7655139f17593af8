package io.tidemark.cli.snapshot;

import io.tidemark.embedded.mongo.CollectionDescription;
import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import io.tidemark.embedded.mongo.sharding.Routing;
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
import org.bson.BsonDocument;
import org.bson.BsonTimestamp;
import org.bson.RawBsonDocument;
import org.bson.codecs.BsonDocumentCodec;

/** What the cluster's own oracle knows of a cluster time, against what a restore put there. */
final class TrueState {
    private static final List<String> METADATA =
            List.of("chunks", "collections", "databases", "tags", "version");

    private final LivingCluster living;
    private final BsonTimestamp time;
    private final Routing routing;
    private final Map<String, MemoryRestoreTarget> targets;
    private final List<String> differences = new ArrayList<>();
    private long documents;

    TrueState(LivingCluster living, BsonTimestamp time, Map<String, MemoryRestoreTarget> targets) {
        this.living = living;
        this.time = time;
        this.routing = living.cluster.oracle().routing(time);
        this.targets = targets;
    }

    /** Empty if restored and true state are the same. */
    List<String> differences() {
        living.cluster.shards().forEach(this::shard);
        for (String name : METADATA) {
            same(
                    "config." + name,
                    texts(targets.get("config").documents("config." + name)),
                    trueTexts(
                            living.cluster.config().oracle().documentsAt("config." + name, time)));
        }
        return differences;
    }

    long documents() {
        return documents;
    }

    private void same(String what, Object found, Object wanted) {
        if (!found.equals(wanted)) {
            differences.add(what + ": restored " + found + "\n      but true " + wanted);
        }
    }

    private void shard(String id, SimulatedReplicaSet set) {
        MemoryRestoreTarget target = targets.get(set.name());
        Map<String, CollectionDescription> wanted = new TreeMap<>();
        TreeSet<String> names = new TreeSet<>();
        for (CollectionDescription c : set.oracle().collectionsAt(time).values()) {
            if (c.namespace().endsWith(".system.views")) {
                set.oracle()
                        .documentsAt(c.uuid(), time)
                        .forEach(v -> names.add(v.getString("_id").getValue()));
            } else if (isUsers(c.namespace())) {
                wanted.put(c.namespace(), c);
                names.add(c.namespace());
            }
        }
        TreeSet<String> found = new TreeSet<>();
        target.data().collections().keySet().stream()
                .map(Namespace::toString)
                .filter(TrueState::isUsers)
                .forEach(found::add);
        same("collections of " + id, found, names);
        wanted.values().stream()
                .filter(c -> found.contains(c.namespace()))
                .forEach(c -> collection(id, set, target, c));
    }

    private static boolean isUsers(String namespace) {
        String database = namespace.substring(0, namespace.indexOf('.'));
        return !List.of("config", "admin", "local").contains(database)
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
        same("options of " + what, options(contents), sorted(wanted.options()));
        same(
                "indexes of " + what,
                indexes(contents.indexes().stream().map(TrueState::bson).toList()),
                indexes(List.copyOf(wanted.indexes())));
        List<RawBsonDocument> truth = owned(id, set, wanted);
        documents += truth.size();
        boolean ordered = wanted.options().containsKey("capped");
        same(
                "documents of " + what,
                ordered
                        ? target.documents(wanted.namespace()).stream()
                                .map(TrueState::text)
                                .toList()
                        : texts(target.documents(wanted.namespace())),
                ordered ? truth.stream().map(d -> text(raw(d))).toList() : trueTexts(truth));
    }

    /** What the shard owned; of a plain collection what it held. */
    private List<RawBsonDocument> owned(
            String id, SimulatedReplicaSet set, CollectionDescription wanted) {
        boolean sharded =
                routing.collection(wanted.namespace())
                        .filter(c -> c.uuid().equals(wanted.uuid()))
                        .isPresent();
        return sharded
                ? living.cluster.oracle().documentsOf(id, wanted.namespace(), time)
                : set.oracle().documentsAt(wanted.uuid(), time);
    }

    /** Options as created and then modified. */
    private static String options(MemoryTarget.Contents contents) {
        BsonDocument options = bson(contents.options());
        for (RawDocument change : contents.changes()) {
            bson(change)
                    .forEach(
                            (name, value) -> {
                                if (name.startsWith("valid")) {
                                    options.put(name, value);
                                }
                            });
        }
        return sorted(options);
    }

    private static String sorted(BsonDocument options) {
        Map<String, Object> sorted = new TreeMap<>(options);
        sorted.remove("uuid");
        sorted.remove("idIndex");
        return sorted.toString();
    }

    /** The index on _id exists by itself. */
    private static TreeSet<String> indexes(List<BsonDocument> indexes) {
        TreeSet<String> texts = new TreeSet<>();
        for (BsonDocument index : indexes) {
            if (!index.getString("name").getValue().equals("_id_")) {
                texts.add(new TreeMap<>(index).toString());
            }
        }
        return texts;
    }

    private static BsonDocument bson(RawDocument document) {
        return new RawBsonDocument(document.toBytes()).decode(new BsonDocumentCodec());
    }

    static RawDocument raw(BsonDocument document) {
        RawBsonDocument raw =
                document instanceof RawBsonDocument same
                        ? same
                        : new RawBsonDocument(document, new BsonDocumentCodec());
        byte[] bytes = new byte[raw.getByteBuffer().remaining()];
        raw.getByteBuffer().get(bytes);
        return RawDocument.of(bytes);
    }

    private static List<String> trueTexts(List<RawBsonDocument> documents) {
        return texts(documents.stream().map(TrueState::raw).toList());
    }

    private static List<String> texts(List<RawDocument> documents) {
        return documents.stream().map(TrueState::text).sorted().toList();
    }

    /** In hex too: equal in every byte, types and field order included. */
    private static String text(RawDocument d) {
        return d + " " + HexFormat.of().formatHex(d.toBytes());
    }
}
