package io.tidemark.restore.serial;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.bson.BsonDocument;
import org.bson.BsonTimestamp;
import org.bson.BsonValue;

/**
 * Replays one replica set's oplog one entry at a time onto decoded documents in memory: no lanes,
 * no batches, no coalescing, no cache, no checkpoints. It is what the engine is compared with, and
 * shares no code with it. Collections are kept by UUID, so that names may clash on the way.
 */
public final class SerialReplay {
    private final Map<UUID, SerialCollection> collections = new LinkedHashMap<>();
    private final Map<BsonDocument, List<BsonDocument>> open = new HashMap<>();
    private final Set<BsonDocument> prepared = new LinkedHashSet<>();
    private final BsonTimestamp exactFrom;

    /**
     * @param exactFrom up to here entries may meet a later state of what they are about
     */
    public SerialReplay(BsonTimestamp exactFrom) {
        this.exactFrom = exactFrom;
    }

    /** A collection of the base. */
    public void base(
            UUID uuid,
            String namespace,
            BsonDocument options,
            List<BsonDocument> indexes,
            List<BsonDocument> documents) {
        SerialCollection collection = new SerialCollection(uuid, namespace, options);
        indexes.forEach(collection::addIndex);
        documents.forEach(collection::put);
        collections.put(uuid, collection);
    }

    public Collection<SerialCollection> collections() {
        return collections.values();
    }

    /** The next entry. */
    public void apply(BsonDocument entry) {
        BsonTimestamp at = entry.getTimestamp("ts");
        BsonDocument o = entry.getDocument("o");
        if (!entry.getString("op").getValue().equals("c")) {
            operation(entry, at);
        } else if (o.containsKey("applyOps")) {
            applyOps(entry, at);
        } else if (o.containsKey("commitTransaction")) {
            commit(key(entry));
        } else if (o.containsKey("abortTransaction")) {
            prepared.remove(key(entry));
            open.remove(key(entry));
        } else {
            command(entry);
        }
    }

    /** Transactions without an outcome so far. */
    public Set<BsonDocument> prepared() {
        return new LinkedHashSet<>(prepared);
    }

    public void commit(BsonDocument transaction) {
        prepared.remove(transaction);
        List<BsonDocument> operations = open.remove(transaction);
        if (operations != null) {
            operations.forEach(operation -> element(operation, exactFrom));
        }
    }

    /** The transaction of an entry, the same on all shards. */
    public static BsonDocument key(BsonDocument entry) {
        return new BsonDocument("lsid", entry.get("lsid"))
                .append("txnNumber", entry.get("txnNumber"));
    }

    private void applyOps(BsonDocument entry, BsonTimestamp at) {
        BsonDocument o = entry.getDocument("o");
        List<BsonDocument> operations =
                o.getArray("applyOps").stream().map(BsonValue::asDocument).toList();
        boolean vectored =
                entry.containsKey("multiOpType") && entry.getNumber("multiOpType").intValue() == 1;
        if (!entry.containsKey("txnNumber") || vectored) {
            operations.forEach(operation -> element(operation, at));
            return;
        }
        BsonDocument key = key(entry);
        boolean begins =
                entry.getDocument("prevOpTime").getTimestamp("ts").equals(new BsonTimestamp(0, 0));
        if (begins) {
            open.put(key, new ArrayList<>());
        }
        List<BsonDocument> gathered = open.get(key);
        if (gathered == null) {
            // Begun before the base, which holds all of it.
            return;
        }
        gathered.addAll(operations);
        if (o.containsKey("prepare")) {
            prepared.add(key);
        } else if (!o.containsKey("partialTxn")) {
            open.remove(key);
            gathered.forEach(operation -> element(operation, at));
        }
    }

    private void element(BsonDocument operation, BsonTimestamp at) {
        boolean command = operation.getString("op").getValue().equals("c");
        if (command && operation.getDocument("o").containsKey("applyOps")) {
            operation.getDocument("o").getArray("applyOps").stream()
                    .map(BsonValue::asDocument)
                    .forEach(nested -> element(nested, at));
        } else if (command) {
            command(operation);
        } else {
            operation(operation, at);
        }
    }

    private void operation(BsonDocument operation, BsonTimestamp at) {
        String op = operation.getString("op").getValue();
        if (op.equals("n")) {
            return;
        }
        SerialCollection collection = collections.get(uuid(operation));
        BsonDocument o = operation.getDocument("o");
        if (collection == null) {
            String namespace = operation.getString("ns").getValue();
            boolean own = namespace.startsWith("config.") || namespace.startsWith("admin.");
            if (!own && !op.equals("d") && at.compareTo(exactFrom) > 0) {
                throw new IllegalStateException("no collection for " + operation);
            }
        } else if (op.equals("i")) {
            collection.put(o);
        } else if (op.equals("d")) {
            collection.delete(o.get("_id"));
        } else {
            collection.update(operation.getDocument("o2").get("_id"), o);
        }
    }

    private static UUID uuid(BsonDocument operation) {
        return operation.containsKey("ui") ? operation.getBinary("ui").asUuid() : null;
    }

    private void command(BsonDocument entry) {
        BsonDocument o = entry.getDocument("o");
        String ns = entry.getString("ns").getValue();
        String database = ns.substring(0, ns.indexOf('.'));
        Optional<SerialCollection> of = Optional.ofNullable(collections.get(uuid(entry)));
        switch (o.getFirstKey()) {
            case "create" -> create(uuid(entry), database, o);
            case "drop" -> of.ifPresent(c -> collections.remove(c.uuid()));
            case "dropDatabase" ->
                    collections.values().removeIf(c -> c.namespace.startsWith(database + "."));
            case "renameCollection" -> {
                if (o.containsKey("dropTarget") && o.get("dropTarget").isBinary()) {
                    collections.remove(o.getBinary("dropTarget").asUuid());
                }
                of.ifPresent(c -> c.namespace = o.getString("to").getValue());
            }
            case "collMod" -> of.ifPresent(c -> modify(c, o));
            case "createIndexes" -> of.ifPresent(c -> c.addIndex(o));
            case "commitIndexBuild" ->
                    of.ifPresent(
                            c -> o.getArray("indexes").forEach(i -> c.addIndex(i.asDocument())));
            case "dropIndexes" -> of.ifPresent(c -> c.dropIndex(o.getString("index").getValue()));
            case "convertToCapped" ->
                    of.ifPresent(
                            c -> {
                                c.indexes().clear();
                                c.options().append("capped", org.bson.BsonBoolean.TRUE);
                                c.options().append("size", o.get("size"));
                            });
            case "emptycapped" -> of.ifPresent(SerialCollection::empty);
            case "startIndexBuild", "abortIndexBuild" -> {
                // An index exists when its build commits.
            }
            default -> throw new IllegalStateException("unknown command " + entry);
        }
    }

    private void create(UUID uuid, String database, BsonDocument o) {
        String namespace = database + "." + o.getString("create").getValue();
        SerialCollection known = collections.get(uuid);
        if (known != null) {
            known.namespace = namespace;
            return;
        }
        BsonDocument options = o.clone();
        options.remove("create");
        options.remove("idIndex");
        collections.put(uuid, new SerialCollection(uuid, namespace, options));
    }

    private static void modify(SerialCollection collection, BsonDocument o) {
        o.forEach(
                (field, value) -> {
                    if (field.equals("index")) {
                        collection.modifyIndex(value.asDocument());
                    } else if (!field.equals("collMod")) {
                        collection.options().put(field, value);
                    }
                });
    }
}
