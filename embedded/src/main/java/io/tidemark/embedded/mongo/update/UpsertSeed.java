package io.tidemark.embedded.mongo.update;

import io.tidemark.embedded.mongo.ServerError;
import io.tidemark.embedded.mongo.query.FieldPath;
import io.tidemark.embedded.mongo.query.Filter;
import java.util.List;
import org.bson.BsonDocument;
import org.bson.BsonValue;

/** The document an upsert starts from: what the filter's equality conditions say. */
public final class UpsertSeed {
    private UpsertSeed() {}

    /** The seed for operators and pipelines; for a replacement only {@code _id} of it counts. */
    public static BsonDocument of(Filter filter, Update update) {
        BsonDocument equalities = filter.equalities();
        BsonDocument seed = new BsonDocument();
        if (update instanceof Replacement) {
            if (equalities.containsKey("_id")) {
                seed.put("_id", equalities.get("_id"));
            }
            return seed;
        }
        equalities.forEach((name, value) -> put(seed, FieldPath.strict(name).parts(), value));
        return Copies.idFirst(Copies.of(seed));
    }

    private static void put(BsonDocument into, List<String> parts, BsonValue value) {
        BsonDocument here = into;
        for (String part : parts.subList(0, parts.size() - 1)) {
            here.putIfAbsent(part, new BsonDocument());
            if (!here.get(part).isDocument()) {
                throw new ServerError(
                        54,
                        "NotSingleValueField",
                        "cannot infer query fields to set, path '" + part + "' is matched twice");
            }
            here = here.getDocument(part);
        }
        here.put(parts.get(parts.size() - 1), value);
    }
}
