package io.tidemark.restore;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoDatabase;
import io.tidemark.restore.previous.PreviousNames;
import io.tidemark.schemas.model.Namespace;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.bson.BsonDocument;
import org.bson.BsonValue;

/**
 * Everything in targets that a restore may change, as their servers tell it.
 *
 * @param collections by replica set and namespace: options, UUID, indexes and documents
 */
record TargetsState(Map<String, Object> collections) {
    private static final Set<String> METADATA =
            Set.of("chunks", "collections", "databases", "settings", "shards", "tags", "version");

    static TargetsState of(ServerTargets targets) {
        return of(targets, true);
    }

    /** Where collections in the cluster's metadata have to stand for all. */
    static TargetsState withoutUuids(ServerTargets targets) {
        return of(targets, false);
    }

    private static TargetsState of(ServerTargets targets, boolean uuids) {
        Map<String, Object> state = new TreeMap<>();
        targets.uris()
                .forEach(
                        (name, uri) -> {
                            try (MongoClient client = MongoClients.create(uri)) {
                                for (String database : client.listDatabaseNames()) {
                                    add(state, name, client.getDatabase(database), uuids);
                                }
                            }
                        });
        return new TargetsState(state);
    }

    /** Shows what differs only: all of it would fill pages. */
    void requireSame(TargetsState wanted) {
        Map<String, Object> more = new TreeMap<>(collections);
        more.entrySet().removeAll(wanted.collections.entrySet());
        Map<String, Object> less = new TreeMap<>(wanted.collections);
        less.entrySet().removeAll(collections.entrySet());
        assertThat(more).isEqualTo(less);
    }

    private static void add(
            Map<String, Object> state, String set, MongoDatabase database, boolean uuids) {
        boolean config = database.getName().equals("config");
        for (BsonDocument listed : database.listCollections(BsonDocument.class)) {
            String name = listed.getString("name").getValue();
            boolean own =
                    database.getName().equals("local")
                            || config && !METADATA.contains(name) && !isKept(database, name);
            if (own) {
                continue;
            }
            List<BsonDocument> documents = new ArrayList<>();
            List<BsonDocument> indexes = new ArrayList<>();
            if (!listed.getString("type").getValue().equals("view")) {
                database.getCollection(name, BsonDocument.class).find().into(documents);
                database.getCollection(name).listIndexes(BsonDocument.class).into(indexes);
            }
            boolean empty = documents.isEmpty() && name.equals("system.version");
            if (!uuids) {
                documents.forEach(d -> d.remove("uuid"));
            }
            if (!empty) {
                BsonValue uuid = listed.getDocument("info").get("uuid");
                state.put(
                        set + "/" + database.getName() + "." + name,
                        List.of(
                                listed.get("options"),
                                uuids && uuid != null && !name.equals("system.views") ? uuid : "",
                                new TreeSet<>(indexes.stream().map(Object::toString).toList()),
                                ordered(listed, documents)));
            }
        }
    }

    private static boolean isKept(MongoDatabase database, String name) {
        return PreviousNames.isKept(new Namespace(database.getName(), name));
    }

    /** The order is part of what a capped collection holds. */
    private static List<String> ordered(BsonDocument listed, List<BsonDocument> documents) {
        List<String> texts = documents.stream().map(Object::toString).toList();
        return listed.getDocument("options").containsKey("capped")
                ? texts
                : texts.stream().sorted().toList();
    }
}
