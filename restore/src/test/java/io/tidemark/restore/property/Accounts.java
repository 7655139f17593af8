package io.tidemark.restore.property;

import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import io.tidemark.restore.BsonFiles;
import io.tidemark.restore.replay.DocumentId;
import io.tidemark.restore.replay.DocumentWrite;
import io.tidemark.restore.target.MemoryRestoreTarget;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.bson.RawDocumentBuilder;
import io.tidemark.schemas.model.Namespace;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.bson.BsonDocument;
import org.bson.BsonTimestamp;
import org.bson.RawBsonDocument;

/** Users and roles: of a cluster during its life, and of the targets before a restore. */
final class Accounts {
    static final List<Namespace> COLLECTIONS =
            List.of(Namespace.of("admin.system.users"), Namespace.of("admin.system.roles"));
    private final Random random;
    private long compared;

    Accounts(long seed) {
        random = new Random(seed * 53 + 29);
    }

    /** Now and then one of some replica set is made, changed or dropped. */
    void write(Life life) {
        if (random.nextInt(5) > 0) {
            return;
        }
        List<SimulatedReplicaSet> sets = List.copyOf(life.cluster.replicaSets().values());
        SimulatedReplicaSet set = sets.get(random.nextInt(sets.size()));
        String collection = COLLECTIONS.get(random.nextInt(2)).collection();
        String id = "shop.a" + random.nextInt(5);
        String command =
                random.nextInt(4) == 0
                        ? "{delete: '%s', deletes: [{q: {_id: '%s'}, limit: 1}]}"
                        : "{update: '%s', updates: [{q: {_id: '%s'}, u: {$set: {key: 'k"
                                + random.nextInt(99)
                                + "'}}, upsert: true}]}";
        set.primary().run("admin", BsonDocument.parse(command.formatted(collection, id)));
    }

    /** A target with an operator of its own, and with an account that the source may have too. */
    static MemoryRestoreTarget target(String address) {
        MemoryRestoreTarget target = new MemoryRestoreTarget(address);
        for (Namespace namespace : COLLECTIONS) {
            List<DocumentWrite> writes = new ArrayList<>();
            own().forEach(
                            (id, account) ->
                                    writes.add(
                                            new DocumentWrite.Put(
                                                    DocumentId.ofDocument(account),
                                                    account,
                                                    true)));
            target.create(
                    namespace, Optional.empty(), RawDocument.of(new RawDocumentBuilder().build()));
            target.write(namespace, writes, (id, document) -> {});
        }
        return target;
    }

    private static Map<String, RawDocument> own() {
        Map<String, RawDocument> own = new TreeMap<>();
        for (String id : List.of("admin.operator", "shop.a1")) {
            RawBsonDocument account =
                    RawBsonDocument.parse("{_id: '%s', key: 'of the target'}".formatted(id));
            own.put(id, BsonFiles.raw(account));
        }
        return own;
    }

    /** The source's at that time, and those of the target that the source did not have. */
    List<String> differences(
            Life life, BsonTimestamp time, Map<String, MemoryRestoreTarget> targets) {
        List<String> differences = new ArrayList<>();
        targets.forEach(
                (name, target) -> {
                    SimulatedReplicaSet set = life.cluster.replicaSets().get(name);
                    for (Namespace collection : COLLECTIONS) {
                        String namespace = collection.toString();
                        Map<String, RawDocument> wanted = own();
                        if (set.oracle().collectionsAt(time).containsKey(namespace)) {
                            set.oracle().documentsAt(namespace, time).stream()
                                    .map(BsonFiles::raw)
                                    .forEach(
                                            account ->
                                                    wanted.put(
                                                            account.string("_id").orElseThrow(),
                                                            account));
                        }
                        compared += wanted.size();
                        Map<String, RawDocument> found = new TreeMap<>();
                        target.documents(namespace)
                                .forEach(
                                        account ->
                                                found.put(
                                                        account.string("_id").orElseThrow(),
                                                        account));
                        if (!found.equals(wanted)) {
                            differences.add(
                                    namespace
                                            + " of "
                                            + name
                                            + ": "
                                            + texts(found)
                                            + "\n      but true "
                                            + texts(wanted));
                        }
                    }
                });
        return differences;
    }

    long compared() {
        return compared;
    }

    private static String texts(Map<String, RawDocument> accounts) {
        return accounts.values().stream().map(a -> a.toBson().toJson()).toList().toString();
    }
}
