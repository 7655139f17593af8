package io.tidemark.embedded.mongo.node;

import io.tidemark.embedded.mongo.query.BsonKey;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.bson.BsonDocument;
import org.bson.BsonNull;
import org.bson.BsonUndefined;
import org.bson.BsonValue;

/** The keys a document has in an index: one per array element where a field holds an array. */
record IndexKeys(BsonDocument pattern) {
    /**
     * @param sparse leave out documents that have none of the fields
     */
    Set<List<BsonKey>> of(BsonDocument document, boolean sparse) {
        List<List<BsonKey>> tuples = List.of(List.of());
        boolean found = false;
        for (String field : pattern.keySet()) {
            Set<BsonKey> values = values(document, field);
            found |= values.stream().anyMatch(key -> key.value() != null);
            List<List<BsonKey>> longer = new ArrayList<>();
            for (List<BsonKey> tuple : tuples) {
                for (BsonKey value : values) {
                    List<BsonKey> next = new ArrayList<>(tuple);
                    next.add(value.value() == null ? new BsonKey(BsonNull.VALUE) : value);
                    longer.add(next);
                }
            }
            tuples = longer;
        }
        return sparse && !found ? Set.of() : new HashSet<>(tuples);
    }

    private static Set<BsonKey> values(BsonDocument document, String path) {
        Set<BsonKey> found = new LinkedHashSet<>();
        walk(document, path, found);
        return found;
    }

    private static void walk(BsonValue here, String path, Set<BsonKey> found) {
        if (path.isEmpty()) {
            expand(here, found);
        } else if (here != null && here.isDocument()) {
            int dot = path.indexOf('.');
            String name = dot < 0 ? path : path.substring(0, dot);
            walk(here.asDocument().get(name), dot < 0 ? "" : path.substring(dot + 1), found);
        } else if (here != null && here.isArray() && !here.asArray().isEmpty()) {
            here.asArray().forEach(element -> walk(element, path, found));
        } else {
            found.add(new BsonKey(null));
        }
    }

    private static void expand(BsonValue value, Set<BsonKey> found) {
        if (value == null || !value.isArray()) {
            found.add(new BsonKey(value));
        } else if (value.asArray().isEmpty()) {
            // The server indexes an empty array as undefined.
            found.add(new BsonKey(new BsonUndefined()));
        } else {
            value.asArray().forEach(element -> found.add(new BsonKey(element)));
        }
    }
}
