package io.tidemark.embedded.mongo.node;

import io.tidemark.embedded.mongo.ServerVersion;
import io.tidemark.embedded.mongo.raw.BsonBytes;
import io.tidemark.embedded.mongo.store.CollectionInfo;
import io.tidemark.embedded.mongo.store.IdKey;
import io.tidemark.embedded.mongo.store.ReadView;
import java.util.ArrayList;
import java.util.List;
import org.bson.BsonDocument;
import org.bson.BsonValue;

/**
 * The TTL monitor: deletes documents whose indexed date is old enough. Its deletes are ordinary
 * ones, batched from 6.0 on. Needs the set's write lock.
 */
final class Expiry {
    private final Engine engine;

    Expiry(Engine engine) {
        this.engine = engine;
    }

    /** One pass over all TTL indexes; returns how many documents it deleted. */
    int pass() {
        int deleted = 0;
        for (CollectionInfo collection : List.copyOf(engine.catalog.current().all())) {
            for (BsonDocument index : collection.indexes()) {
                if (index.containsKey("expireAfterSeconds")
                        && index.getDocument("key").size() == 1) {
                    deleted += pass(collection, index);
                }
            }
        }
        return deleted;
    }

    private int pass(CollectionInfo collection, BsonDocument index) {
        String field = index.getDocument("key").getFirstKey();
        long seconds = index.getNumber("expireAfterSeconds").longValue();
        long before = engine.clock.wallMillis() - seconds * 1000;
        List<byte[]> expired = new ArrayList<>();
        engine.data
                .of(collection)
                .forEach(
                        ReadView.NEWEST,
                        document -> {
                            BsonValue date = BsonBytes.document(document).get(field);
                            if (date != null && earliest(date) < before) {
                                expired.add(document);
                            }
                        });
        boolean batches = engine.version().atLeast(ServerVersion.V6_0);
        DirectWrites sink = new DirectWrites(engine, null, false, batches ? "d" : "");
        for (byte[] document : expired) {
            IdKey key = IdKey.ofDocument(document);
            if (engine.locks.owner(collection.uuid(), key) == null) {
                sink.add(Documents.deletion(engine, collection, key, document, -1, false));
            }
        }
        sink.flush();
        return expired.size();
    }

    /** The date, or the earliest of an array of dates; what is no date never expires. */
    private static long earliest(BsonValue value) {
        if (value.isDateTime()) {
            return value.asDateTime().getValue();
        }
        return value.isArray()
                ? value.asArray().stream().mapToLong(Expiry::earliest).min().orElse(Long.MAX_VALUE)
                : Long.MAX_VALUE;
    }
}
