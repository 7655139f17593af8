package io.tidemark.schemas.model;

import java.util.regex.Pattern;

/**
 * One life of a replica set: its configuration's {@code settings.replicaSetId}. A set that is
 * created anew under the same name has another, and its oplog has nothing to do with the old one.
 *
 * @param id 24 lower-case hex digits
 */
public record Incarnation(String id) {
    private static final Pattern ALLOWED = Pattern.compile("[0-9a-f]{24}");

    /** For imported backups, which don't tell the replicaSetId. */
    public static final Incarnation UNKNOWN = new Incarnation("0".repeat(24));

    public Incarnation {
        if (!ALLOWED.matcher(id).matches()) {
            throw new IllegalArgumentException(
                    "incarnation '" + id + "' must be 24 lower-case hex digits (a replicaSetId)");
        }
    }

    @Override
    public String toString() {
        return id;
    }
}
