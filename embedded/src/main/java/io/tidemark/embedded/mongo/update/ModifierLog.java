package io.tidemark.embedded.mongo.update;

import java.util.List;
import java.util.stream.Collectors;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonValue;

/**
 * {@code {$v: 1, $set: {path: value}, $unset: {path: true}}}, the sections in order of first use.
 */
final class ModifierLog implements UpdateLog {
    private final BsonDocument sections = new BsonDocument("$v", new BsonInt32(1));

    @Override
    public void updated(List<Taken> path, BsonValue value) {
        put("$set", path, value);
    }

    @Override
    public void created(List<Taken> path, int firstNew, BsonValue value) {
        put("$set", path, value);
    }

    @Override
    public void deleted(List<Taken> path) {
        put("$unset", path, BsonBoolean.TRUE);
    }

    private void put(String section, List<Taken> path, BsonValue value) {
        sections.putIfAbsent(section, new BsonDocument());
        String dotted = path.stream().map(Taken::name).collect(Collectors.joining("."));
        sections.getDocument(section).put(dotted, value);
    }

    @Override
    public boolean isEmpty() {
        return sections.size() == 1;
    }

    @Override
    public BsonDocument entry() {
        return sections;
    }
}
