package io.tidemark.embedded.mongo.sharding;

import io.tidemark.embedded.mongo.CollectionDescription;
import io.tidemark.embedded.mongo.WriteContext;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.bson.BsonDocument;

/**
 * Makes a collection exist on another shard as it is on the first: same UUID, options and indexes.
 */
final class CollectionCopies {
    private CollectionCopies() {}

    static void ensure(Core core, CollectionDescription source, Member target) {
        Optional<CollectionDescription> present =
                target.call(primary -> primary.collection(source.namespace()));
        if (present.isPresent() && !present.get().uuid().equals(source.uuid())) {
            target.tell(
                    primary ->
                            primary.dropCollection(source.namespace(), WriteContext.migration()));
        }
        if (present.isEmpty() || !present.get().uuid().equals(source.uuid())) {
            target.tell(
                    primary ->
                            primary.createCollection(
                                    source.namespace(),
                                    source.options(),
                                    Optional.of(source.uuid()),
                                    WriteContext.migration()));
        }
        List<BsonDocument> secondary =
                source.indexes().stream()
                        .filter(
                                index ->
                                        !names(target, source.namespace())
                                                .contains(index.getString("name").getValue()))
                        .toList();
        if (!secondary.isEmpty()) {
            core.requireNoTransactionOn(source.namespace());
            target.tell(
                    primary ->
                            primary.createIndexes(
                                    source.namespace(), secondary, WriteContext.migration()));
        }
        core.routing()
                .collection(source.namespace())
                .ifPresent(
                        sharded ->
                                target.tell(
                                        primary ->
                                                primary.setShardKey(
                                                        sharded.uuid(), sharded.key().pattern())));
    }

    private static Set<String> names(Member target, String namespace) {
        return target
                .call(primary -> primary.collection(namespace))
                .orElseThrow()
                .indexes()
                .stream()
                .map(index -> index.getString("name").getValue())
                .collect(Collectors.toSet());
    }
}
