package io.tidemark.restore;

import io.tidemark.schemas.model.Namespace;
import java.util.Set;

/**
 * What of a target that holds data may go.
 *
 * @param names of databases, or of single collections ({@code db.coll})
 * @param keepsPrevious whether it is kept under other names instead of dropped
 */
public record Replacement(Set<String> names, boolean keepsPrevious) {
    /** Nothing may go. */
    public static final Replacement NONE = new Replacement(Set.of(), false);

    public Replacement {
        names = Set.copyOf(names);
    }

    public boolean covers(Namespace namespace) {
        return names.contains(namespace.database()) || names.contains(namespace.toString());
    }
}
