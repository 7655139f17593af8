package io.tidemark.embedded.registry;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;

/**
 * The levels of Confluent's Schema Registry ("Schema Evolution and Compatibility"), checked by
 * Avro's own rules.
 */
enum CompatibilityLevel {
    NONE(false, false, false),
    BACKWARD(true, false, false),
    BACKWARD_TRANSITIVE(true, false, true),
    FORWARD(false, true, false),
    FORWARD_TRANSITIVE(false, true, true),
    FULL(true, true, false),
    FULL_TRANSITIVE(true, true, true);

    private final boolean newReadsOld;
    private final boolean oldReadsNew;
    private final boolean allVersions;

    CompatibilityLevel(boolean newReadsOld, boolean oldReadsNew, boolean allVersions) {
        this.newReadsOld = newReadsOld;
        this.oldReadsNew = oldReadsNew;
        this.allVersions = allVersions;
    }

    static Optional<CompatibilityLevel> named(String name) {
        for (CompatibilityLevel level : values()) {
            if (level.name().equals(name)) {
                return Optional.of(level);
            }
        }
        return Optional.empty();
    }

    /**
     * What stands against {@code candidate}; empty if it is compatible.
     *
     * @param earlier in the order of their versions
     */
    List<String> objections(Schema candidate, List<Schema> earlier) {
        List<String> objections = new ArrayList<>();
        int first = allVersions ? 0 : Math.max(0, earlier.size() - 1);
        for (Schema before : earlier.subList(first, earlier.size())) {
            if (newReadsOld) {
                objections.addAll(objectionsToReading(candidate, before, "new", "earlier"));
            }
            if (oldReadsNew) {
                objections.addAll(objectionsToReading(before, candidate, "earlier", "new"));
            }
        }
        return objections;
    }

    private static List<String> objectionsToReading(
            Schema reader, Schema writer, String readerName, String writerName) {
        var result = SchemaCompatibility.checkReaderWriterCompatibility(reader, writer).getResult();
        if (result.getCompatibility() == SchemaCompatibilityType.COMPATIBLE) {
            return List.of();
        }
        return result.getIncompatibilities().stream()
                .map(
                        found ->
                                "{errorType:'%s', description:'The %s schema can't read the %s one at %s: %s'}"
                                        .formatted(
                                                found.getType(),
                                                readerName,
                                                writerName,
                                                found.getLocation(),
                                                found.getMessage()))
                .toList();
    }
}
