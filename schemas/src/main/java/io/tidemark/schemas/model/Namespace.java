package io.tidemark.schemas.model;

import java.util.Optional;

/**
 * {@code database.collection}; the collection may hold further dots.
 *
 * @param database not empty, without a dot
 * @param collection not empty
 */
public record Namespace(String database, String collection) implements Comparable<Namespace> {
    public Namespace {
        if (database.isEmpty() || database.indexOf('.') >= 0 || collection.isEmpty()) {
            throw new IllegalArgumentException(
                    "namespace '" + database + "." + collection + "' is not database.collection");
        }
    }

    /**
     * @throws IllegalArgumentException if {@code text} is not {@code database.collection}
     */
    public static Namespace of(String text) {
        return parse(text)
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "namespace '" + text + "' is not database.collection"));
    }

    /**
     * Empty where {@code text} has no dot or nothing beside it, as the namespaces of most noops.
     */
    public static Optional<Namespace> parse(String text) {
        int dot = text.indexOf('.');
        boolean whole = dot > 0 && dot < text.length() - 1;
        return whole
                ? Optional.of(new Namespace(text.substring(0, dot), text.substring(dot + 1)))
                : Optional.empty();
    }

    /** {@code db.$cmd}, the namespace of commands. */
    public boolean isCommand() {
        return collection.equals("$cmd");
    }

    public Namespace withCollection(String other) {
        return new Namespace(database, other);
    }

    @Override
    public int compareTo(Namespace other) {
        int byDatabase = database.compareTo(other.database);
        return byDatabase != 0 ? byDatabase : collection.compareTo(other.collection);
    }

    @Override
    public String toString() {
        return database + "." + collection;
    }
}
