package io.tidemark.embedded.mongo.update;

import java.util.List;
import org.bson.BsonValue;

/** What one operator does at the end of its path. */
interface Modifier {
    /**
     * The change at a place.
     *
     * @param old what stands there; null where nothing does
     */
    Change change(BsonValue old, UpdateContext context);

    /**
     * Whether the operator makes the path where it does not exist; if not, it does nothing there.
     */
    default boolean creates() {
        return true;
    }

    /** Whether a scalar in the way of the path is fine, because there is nothing to do below it. */
    default boolean toleratesScalars() {
        return false;
    }

    /** The outcome at one place. */
    sealed interface Change {
        Change NONE = new None();

        static Change to(BsonValue value) {
            return new Set(value);
        }
    }

    record None() implements Change {}

    record Set(BsonValue value) implements Change {}

    record Remove() implements Change {}

    /** Elements added at the end of an array, which is logged element by element. */
    record Append(List<BsonValue> values) implements Change {}
}
