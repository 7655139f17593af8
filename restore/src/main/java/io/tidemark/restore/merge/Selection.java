package io.tidemark.restore.merge;

import io.tidemark.schemas.model.Namespace;
import java.util.Optional;
import java.util.Set;

/**
 * What is taken out of the archive, and the name that it gets: one collection or view, or a whole
 * database.
 *
 * @param collection empty for all of the database
 * @param asCollection empty for all of the database
 */
public record Selection(
        String database,
        Optional<String> collection,
        String asDatabase,
        Optional<String> asCollection) {
    private static final String ALL = ".*";
    private static final Set<String> OWN = Set.of("admin", "config", "local");

    public Selection {
        boolean own = OWN.contains(database) || OWN.contains(asDatabase);
        boolean system = collection.or(() -> asCollection).filter(Selection::isSystem).isPresent();
        if (own || system || asCollection.filter(Selection::isSystem).isPresent()) {
            throw new IllegalArgumentException(
                    "Databases admin, config and local and collections system.* belong to the"
                            + " servers and are not restored alone; a time-series collection is"
                            + " named without system.buckets.");
        }
        if (collection.isPresent() != asCollection.isPresent()) {
            throw new IllegalArgumentException(
                    "A collection goes to a collection (db.coll), all of a database to a database"
                            + " (db.*)");
        }
    }

    private static boolean isSystem(String collection) {
        return collection.startsWith("system.");
    }

    /**
     * @param from {@code db.coll} or {@code db.*}
     * @param as likewise; empty for the same name
     * @throws IllegalArgumentException in words
     */
    public static Selection parse(String from, Optional<String> as) {
        Namespace source = named(from);
        Namespace target = as.map(Selection::named).orElse(source);
        return new Selection(source.database(), part(source), target.database(), part(target));
    }

    private static Namespace named(String text) {
        return Namespace.parse(text)
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "'" + text + "' is neither db.coll nor db.*"));
    }

    private static Optional<String> part(Namespace namespace) {
        return Optional.of(namespace.collection()).filter(c -> !c.equals(ALL.substring(1)));
    }

    /** Its name in the target; empty if it is not selected. */
    Optional<Namespace> nameOf(Namespace source) {
        boolean same =
                source.database().equals(database)
                        && collection.map(source.collection()::equals).orElse(true);
        return same
                ? Optional.of(new Namespace(asDatabase, asCollection.orElse(source.collection())))
                : Optional.empty();
    }

    /** The target's name, if it is known before the restore. */
    public Optional<Namespace> target() {
        return asCollection.map(name -> new Namespace(asDatabase, name));
    }

    @Override
    public String toString() {
        return database + "." + collection.orElse("*");
    }
}
