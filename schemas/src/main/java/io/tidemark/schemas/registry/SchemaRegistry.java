package io.tidemark.schemas.registry;

import java.util.Optional;
import java.util.OptionalInt;
import org.apache.avro.Schema;

/**
 * Where writers leave their schemas and readers find them, by subject and by id.
 *
 * <p>Implementations are safe for use by several threads, and retry by themselves what may pass:
 * callers don't. All methods throw {@link SchemaRegistryException}, whose {@link
 * SchemaRegistryException#problem() problem} says which act it asks for. Facts: Confluent
 * documentation, "Schema Registry API Reference".
 */
public interface SchemaRegistry {
    /**
     * The schema's id, the same in all subjects; makes it the subject's latest version if it is
     * none yet. Calling twice changes nothing. Refused as {@code INCOMPATIBLE} under the subject's
     * compatibility level.
     */
    int register(String subject, Schema schema);

    /**
     * The schema's id if it is a version of the subject; empty if it is not, or if there is no such
     * subject.
     */
    OptionalInt lookup(String subject, Schema schema);

    /** The schema of an id found in a record; {@code UNKNOWN} if the registry has none. */
    Schema byId(int id);

    /** Sets the subject's own level; the subject need not exist yet. */
    void setCompatibility(String subject, Compatibility level);

    /** The subject's own level; empty where the registry's default holds. */
    Optional<Compatibility> compatibility(String subject);

    /**
     * Whether the subject's latest version, under its level, allows the schema. A subject without
     * versions allows any.
     */
    boolean isCompatible(String subject, Schema schema);
}
