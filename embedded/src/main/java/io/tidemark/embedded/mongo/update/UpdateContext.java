package io.tidemark.embedded.mongo.update;

import java.util.OptionalInt;
import org.bson.BsonDateTime;
import org.bson.BsonTimestamp;

/**
 * What an update needs to know besides the document.
 *
 * @param now wall clock, for {@code $currentDate}
 * @param time cluster time, for timestamps the server fills in
 * @param arrayIndex what the positional {@code $} stands for ({@code Filter.match})
 * @param inserting the document is new, made by an upsert: {@code $setOnInsert} counts
 */
public record UpdateContext(
        BsonDateTime now, BsonTimestamp time, OptionalInt arrayIndex, boolean inserting) {
    /** An update of an existing document without a matched array position. */
    public static UpdateContext existing(BsonDateTime now, BsonTimestamp time) {
        return new UpdateContext(now, time, OptionalInt.empty(), false);
    }

    public UpdateContext at(OptionalInt matchedIndex) {
        return new UpdateContext(now, time, matchedIndex, inserting);
    }
}
