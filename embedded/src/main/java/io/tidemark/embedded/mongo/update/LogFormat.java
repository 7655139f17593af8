package io.tidemark.embedded.mongo.update;

import io.tidemark.embedded.mongo.query.BsonOrder;
import io.tidemark.embedded.mongo.query.FieldPath;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalInt;

/**
 * How a server logs updates; it decides the order in which the paths of one update are worked off,
 * too.
 */
public enum LogFormat {
    /** 4.4 and older: {@code {$v: 1, $set: …, $unset: …}}; paths in lexicographic order. */
    MODIFIERS,
    /** 5.0 and newer: {@code {$v: 2, diff: …}}; numeric names in numeric order. */
    DIFF;

    Comparator<FieldPath> pathOrder() {
        return (left, right) -> comparePaths(left.parts(), right.parts());
    }

    private int comparePaths(List<String> left, List<String> right) {
        for (int i = 0; i < Math.min(left.size(), right.size()); i++) {
            int order = compareNames(left.get(i), right.get(i));
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(left.size(), right.size());
    }

    private int compareNames(String left, String right) {
        OptionalInt mine = FieldPath.arrayIndex(left);
        OptionalInt theirs = FieldPath.arrayIndex(right);
        return this == DIFF && mine.isPresent() && theirs.isPresent()
                ? Integer.compare(mine.getAsInt(), theirs.getAsInt())
                : BsonOrder.compareUtf8(left, right);
    }
}
