package io.tidemark.schemas.model;

import java.util.regex.Pattern;

/**
 * A replica set whose oplog is captured: a shard's or the config servers'.
 *
 * @param name the set's name ({@code rs.conf()._id}): 1 to 128 of {@code a-z A-Z 0-9 _ - .}, as
 *     Kafka's topic names allow
 */
public record ReplicaSet(String name) implements Comparable<ReplicaSet> {
    private static final Pattern ALLOWED = Pattern.compile("[A-Za-z0-9_.-]{1,128}");

    public ReplicaSet {
        if (!ALLOWED.matcher(name).matches() || name.equals(".") || name.equals("..")) {
            throw new IllegalArgumentException(
                    "replica set name '"
                            + name
                            + "' must be 1 to 128 letters, digits, '_', '-' or '.': it becomes part"
                            + " of a topic name and of object keys");
        }
    }

    @Override
    public int compareTo(ReplicaSet other) {
        return name.compareTo(other.name);
    }

    @Override
    public String toString() {
        return name;
    }
}
