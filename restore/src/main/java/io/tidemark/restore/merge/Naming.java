package io.tidemark.restore.merge;

import io.tidemark.schemas.model.Namespace;
import java.util.List;
import java.util.Optional;

/**
 * Which collections of the archive are restored, and under which names.
 *
 * @param selections empty for all of the cluster, under their own names
 */
record Naming(List<Selection> selections) {
    private static final String BUCKETS = "system.buckets.";

    Naming {
        selections = List.copyOf(selections);
    }

    boolean isEverything() {
        return selections.isEmpty();
    }

    /** A collection's name in the target; empty if it is not restored. */
    Optional<Namespace> nameOf(Namespace source) {
        if (isEverything()) {
            return Optional.of(source);
        }
        Namespace plain = seriesOf(source);
        Optional<Namespace> name =
                selections.stream().flatMap(s -> s.nameOf(plain).stream()).findFirst();
        return isBuckets(source) ? name.map(Naming::bucketsOf) : name;
    }

    /** Where a database's collections go, or most of them. */
    String databaseOf(String source) {
        return selections.stream()
                .filter(s -> s.database().equals(source))
                .map(Selection::asDatabase)
                .findFirst()
                .orElse(source);
    }

    static boolean isBuckets(Namespace namespace) {
        return namespace.collection().startsWith(BUCKETS);
    }

    /** The time-series collection whose buckets these are; any other stays. */
    static Namespace seriesOf(Namespace namespace) {
        return isBuckets(namespace)
                ? namespace.withCollection(namespace.collection().substring(BUCKETS.length()))
                : namespace;
    }

    static Namespace bucketsOf(Namespace series) {
        return series.withCollection(BUCKETS + series.collection());
    }
}
