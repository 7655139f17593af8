package io.tidemark.schemas.wire;

import io.tidemark.schemas.registry.Compatibility;
import io.tidemark.schemas.registry.SchemaRegistry;
import java.util.OptionalInt;
import org.apache.avro.Schema;

/**
 * The subject that holds the schemas of one topic's values: {@code TOPIC-value}, as Confluent's
 * tools expect.
 */
record ValueSubject(String name) {
    static ValueSubject ofTopic(String topic) {
        return new ValueSubject(topic + "-value");
    }

    /**
     * The schema's id, registered if it is new. A schema that is there needs no right to write. A
     * subject's level is set before its first version: readers and archives outlive writers, so
     * every version must be readable by every other. A level that someone set by hand stays.
     */
    int idOf(Schema schema, SchemaRegistry registry) {
        OptionalInt known = registry.lookup(name, schema);
        if (known.isPresent()) {
            return known.getAsInt();
        }
        if (registry.compatibility(name).isEmpty()) {
            registry.setCompatibility(name, Compatibility.FULL_TRANSITIVE);
        }
        return registry.register(name, schema);
    }
}
