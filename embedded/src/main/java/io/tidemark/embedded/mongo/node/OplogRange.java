package io.tidemark.embedded.mongo.node;

import io.tidemark.embedded.mongo.query.Filter;
import org.bson.BsonDocument;
import org.bson.BsonValue;

/**
 * The part of the log that a filter's condition on {@code ts} selects.
 *
 * @param from packed cluster time, inclusive
 * @param through packed cluster time, inclusive
 * @param rest the filter if it says more than the range does, else null
 */
record OplogRange(long from, long through, Filter rest) {
    static OplogRange of(BsonDocument filter) {
        long from = 0;
        long through = Long.MAX_VALUE;
        boolean covered = filter.isEmpty();
        BsonValue condition = filter.get("ts");
        if (condition != null && condition.isTimestamp()) {
            from = condition.asTimestamp().getValue();
            through = from;
            covered = filter.size() == 1;
        } else if (condition != null && condition.isDocument()) {
            covered = filter.size() == 1;
            for (var operator : condition.asDocument().entrySet()) {
                long time =
                        operator.getValue().isTimestamp()
                                ? operator.getValue().asTimestamp().getValue()
                                : -1;
                switch (time < 0 ? "" : operator.getKey()) {
                    case "$gte" -> from = Math.max(from, time);
                    case "$gt" -> from = Math.max(from, time + 1);
                    case "$lte" -> through = Math.min(through, time);
                    case "$lt" -> through = Math.min(through, time - 1);
                    case "$eq" -> {
                        from = time;
                        through = time;
                    }
                    default -> covered = false;
                }
            }
        }
        return new OplogRange(from, through, covered ? null : Filter.compile(filter));
    }
}
