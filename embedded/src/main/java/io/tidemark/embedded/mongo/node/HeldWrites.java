package io.tidemark.embedded.mongo.node;

import io.tidemark.embedded.mongo.oplog.Optime;
import io.tidemark.embedded.mongo.store.CollectionInfo;
import io.tidemark.embedded.mongo.store.IdKey;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.bson.BsonDocument;

/** Changes collected before they are logged together; later ones see earlier ones. */
final class HeldWrites implements ChangeSink {
    private final DirectWrites direct;
    private final List<Change> changes = new ArrayList<>();
    private final TreeMap<String, TreeMap<IdKey, byte[]>> written = new TreeMap<>();
    private final Engine engine;

    HeldWrites(Engine engine) {
        this.engine = engine;
        this.direct = new DirectWrites(engine, null, false, "");
    }

    List<Change> changes() {
        return changes;
    }

    @Override
    public CollectionInfo collection(String namespace) {
        return direct.collection(namespace);
    }

    @Override
    public DocumentSource source(CollectionInfo collection) {
        TreeMap<IdKey, byte[]> own = written.get(collection.uuid().toString());
        return own == null
                ? direct.source(collection)
                : new DocumentSource.Overlaid(direct.source(collection), own);
    }

    @Override
    public CollectionInfo createImplicitly(String namespace) {
        return direct.createImplicitly(namespace);
    }

    @Override
    public void reserve(CollectionInfo collection, IdKey key) {
        direct.reserve(collection, key);
    }

    @Override
    public void add(Change change) {
        engine.uniqueIndexes.check(
                change.collection(), change.key(), change.before(), change.after());
        changes.add(change);
        written.computeIfAbsent(change.collection().uuid().toString(), ignored -> new TreeMap<>())
                .put(change.key(), change.after());
    }

    @Override
    public void flush() {}

    @Override
    public SessionState.Executed executed(int statement) {
        return null;
    }

    @Override
    public void remember(int statement, BsonDocument reply) {}

    @Override
    public Optime last() {
        return engine.lastApplied();
    }
}
