package io.tidemark.schemas.registry;

import io.tidemark.schemas.registry.SchemaRegistryException.Problem;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.avro.Schema;
import org.apache.avro.SchemaValidationException;
import org.apache.avro.SchemaValidator;
import org.apache.avro.SchemaValidatorBuilder;

/**
 * A registry of one process without sockets, for simulations and benchmarks; keeps the same
 * promises.
 */
public final class InMemorySchemaRegistry implements SchemaRegistry {
    private final List<Schema> schemas = new ArrayList<>(); // the id of element i is i + 1
    private final Map<String, List<Schema>> subjects = new HashMap<>();
    private final Map<String, Compatibility> levels = new HashMap<>();

    @Override
    public synchronized int register(String subject, Schema schema) {
        OptionalInt known = lookup(subject, schema);
        if (known.isPresent()) {
            return known.getAsInt();
        }
        if (!isCompatible(subject, schema)) {
            throw new SchemaRegistryException(
                    Problem.INCOMPATIBLE,
                    "Subject '%s' does not accept %s".formatted(subject, schema.getFullName()));
        }
        subjects.computeIfAbsent(subject, s -> new ArrayList<>()).add(schema);
        if (!schemas.contains(schema)) {
            schemas.add(schema);
        }
        return schemas.indexOf(schema) + 1;
    }

    @Override
    public synchronized OptionalInt lookup(String subject, Schema schema) {
        return subjects.getOrDefault(subject, List.of()).contains(schema)
                ? OptionalInt.of(schemas.indexOf(schema) + 1)
                : OptionalInt.empty();
    }

    @Override
    public synchronized Schema byId(int id) {
        if (id < 1 || id > schemas.size()) {
            throw new SchemaRegistryException(
                    Problem.UNKNOWN, "This process's registry has no schema " + id);
        }
        return schemas.get(id - 1);
    }

    @Override
    public synchronized void setCompatibility(String subject, Compatibility level) {
        levels.put(subject, level);
    }

    @Override
    public synchronized Optional<Compatibility> compatibility(String subject) {
        return Optional.ofNullable(levels.get(subject));
    }

    @Override
    public synchronized boolean isCompatible(String subject, Schema schema) {
        List<Schema> latestFirst = new ArrayList<>(subjects.getOrDefault(subject, List.of()));
        Collections.reverse(latestFirst);
        Optional<SchemaValidator> validator =
                validator(levels.getOrDefault(subject, Compatibility.BACKWARD));
        try {
            if (validator.isPresent()) {
                validator.get().validate(schema, latestFirst);
            }
            return true;
        } catch (SchemaValidationException e) {
            return false;
        }
    }

    private static Optional<SchemaValidator> validator(Compatibility level) {
        SchemaValidatorBuilder builder = new SchemaValidatorBuilder();
        return Optional.ofNullable(
                switch (level) {
                    case NONE -> null;
                    case BACKWARD -> builder.canReadStrategy().validateLatest();
                    case BACKWARD_TRANSITIVE -> builder.canReadStrategy().validateAll();
                    case FORWARD -> builder.canBeReadStrategy().validateLatest();
                    case FORWARD_TRANSITIVE -> builder.canBeReadStrategy().validateAll();
                    case FULL -> builder.mutualReadStrategy().validateLatest();
                    case FULL_TRANSITIVE -> builder.mutualReadStrategy().validateAll();
                });
    }
}
