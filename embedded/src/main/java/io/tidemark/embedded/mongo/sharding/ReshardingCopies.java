package io.tidemark.embedded.mongo.sharding;

import io.tidemark.embedded.mongo.CollectionDescription;
import io.tidemark.embedded.mongo.WriteContext;
import io.tidemark.embedded.mongo.query.BsonKey;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.bson.BsonDocument;
import org.bson.RawBsonDocument;

/** The copies that a resharding makes on its recipients, all written as a migration's (F§1.1). */
final class ReshardingCopies {
    private final Core core;
    private final ShardedCollection source;
    private final ShardedCollection target;
    private final String temporary;

    ReshardingCopies(
            Core core, ShardedCollection source, ShardedCollection target, String temporary) {
        this.core = core;
        this.source = source;
        this.target = target;
        this.temporary = temporary;
    }

    /** Creates the copy with all indexes and one for the new key, and fills it. */
    void begin(Member recipient) {
        CollectionDescription local =
                core.shard(source.shards().iterator().next())
                        .call(set -> set.collection(source.namespace()))
                        .orElseThrow();
        CollectionCopies.ensure(
                core,
                new CollectionDescription(
                        temporary, target.uuid(), local.options(), local.indexes()),
                recipient);
        recipient.tell(
                set -> {
                    set.setShardKey(target.uuid(), target.key().pattern());
                    set.createIndexes(temporary, List.of(keyIndex()), WriteContext.migration());
                });
        apply(recipient);
    }

    private BsonDocument keyIndex() {
        BsonDocument pattern = target.key().pattern();
        return new BsonDocument("v", Bson.number(2))
                .append("key", pattern)
                .append("name", Bson.string(Placement.indexName(pattern)));
    }

    /** Makes the copy equal to what its shard will own of the source as it is now. */
    void apply(Member recipient) {
        Map<BsonKey, RawBsonDocument> wanted = wanted(recipient.id());
        Map<BsonKey, RawBsonDocument> present = byId(Contents.of(recipient, temporary));
        List<RawBsonDocument> missing =
                wanted.entrySet().stream()
                        .filter(entry -> !present.containsKey(entry.getKey()))
                        .map(Map.Entry::getValue)
                        .toList();
        recipient.tell(
                set -> {
                    present.forEach(
                            (key, document) -> {
                                RawBsonDocument now = wanted.get(key);
                                BsonDocument id = Bson.id(document.get("_id"));
                                if (now == null) {
                                    set.delete(temporary, id, false, WriteContext.migration());
                                } else if (!now.equals(document)) {
                                    set.update(
                                            temporary,
                                            id,
                                            now,
                                            false,
                                            false,
                                            WriteContext.migration());
                                }
                            });
                    if (!missing.isEmpty()) {
                        set.insert(temporary, missing, WriteContext.migration());
                    }
                });
    }

    private Map<BsonKey, RawBsonDocument> wanted(String recipient) {
        return byId(
                source.shards().stream()
                        .flatMap(
                                donor ->
                                        Contents.of(core.shard(donor), source.namespace()).stream()
                                                .filter(
                                                        document ->
                                                                source.shardOf(document)
                                                                        .equals(donor)))
                        .filter(document -> target.shardOf(document).equals(recipient))
                        .toList());
    }

    private static Map<BsonKey, RawBsonDocument> byId(List<RawBsonDocument> documents) {
        return documents.stream()
                .collect(
                        Collectors.toMap(
                                document -> new BsonKey(document.get("_id")),
                                document -> document,
                                (left, right) -> {
                                    throw new IllegalStateException(
                                            "Two documents of "
                                                    + source(left)
                                                    + " would meet on one shard");
                                },
                                LinkedHashMap::new));
    }

    private static String source(RawBsonDocument document) {
        return "_id " + document.get("_id");
    }

    void drop(Member recipient) {
        recipient.tell(
                set -> {
                    if (set.collection(temporary).isPresent()) {
                        set.dropCollection(temporary, WriteContext.migration());
                    }
                });
    }
}
