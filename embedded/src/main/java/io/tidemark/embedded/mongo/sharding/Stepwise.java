package io.tidemark.embedded.mongo.sharding;

import java.util.Optional;

/**
 * Work of several steps that a script takes one by one, with other work in between or a stop for
 * good after any of them.
 */
public interface Stepwise {
    /** Name of the next step; nothing if all is done. */
    Optional<String> next();

    /** Takes the next step; does nothing if all is done. */
    void step();

    /** Takes all steps that are left. */
    default void finish() {
        while (next().isPresent()) {
            step();
        }
    }

    /** Takes steps until the named one is next; it is an error if it never is. */
    default void advanceTo(String name) {
        while (!next().orElseThrow(
                        () -> new IllegalArgumentException("There is no step " + name + " ahead"))
                .equals(name)) {
            step();
        }
    }

    default boolean isDone() {
        return next().isEmpty();
    }
}
