package io.tidemark.schemas.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.schemas.registry.SchemaRegistryException.Problem;
import java.util.UUID;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.junit.jupiter.api.Test;

/** What every {@link SchemaRegistry} promises, whoever answers behind it. */
public abstract class SchemaRegistryContract {
    /** Another subject for each test, as a real registry outlives them. */
    private final String subject = "tidemark.c.oplog.rs0-" + UUID.randomUUID() + "-value";

    /** Likewise another name for the record: ids are shared by all subjects. */
    private final String name = "R" + UUID.randomUUID().toString().replace("-", "");

    protected abstract SchemaRegistry registry();

    @Test
    void registeringTwiceChangesNothing() {
        int id = registry().register(subject, a());
        assertThat(registry().register(subject, a())).isEqualTo(id);
        assertThat(registry().lookup(subject, a())).hasValue(id);
        assertThat(registry().byId(id)).isEqualTo(a());
    }

    @Test
    void oneSchemaHasOneIdInAllSubjects() {
        int id = registry().register(subject, a());
        assertThat(registry().register(subject + "-other", a())).isEqualTo(id);
    }

    @Test
    void whatIsNotThereIsEmptyAndNoError() {
        assertThat(registry().lookup(subject, a())).isEmpty();
        assertThat(registry().compatibility(subject)).isEmpty();
        assertThat(registry().isCompatible(subject, a())).isTrue();
        registry().register(subject, a());
        assertThat(registry().lookup(subject, withDefaultedB())).isEmpty();
    }

    @Test
    void anUnknownIdIsSaidToBeUnknown() {
        assertThatThrownBy(() -> registry().byId(987_654_321))
                .isInstanceOfSatisfying(
                        SchemaRegistryException.class,
                        e -> assertThat(e.problem()).isEqualTo(Problem.UNKNOWN))
                .hasMessageContaining("987654321");
    }

    @Test
    void aLevelMayBeSetBeforeTheFirstVersion() {
        registry().setCompatibility(subject, Compatibility.FULL_TRANSITIVE);
        assertThat(registry().compatibility(subject)).contains(Compatibility.FULL_TRANSITIVE);
        registry().register(subject, a());
        registry().setCompatibility(subject, Compatibility.NONE);
        assertThat(registry().compatibility(subject)).contains(Compatibility.NONE);
    }

    @Test
    void aFieldWithoutDefaultIsRefusedUnderFullTransitive() {
        registry().setCompatibility(subject, Compatibility.FULL_TRANSITIVE);
        registry().register(subject, a());
        assertThat(registry().isCompatible(subject, withDefaultedB())).isTrue();
        assertThat(registry().isCompatible(subject, withRequiredB())).isFalse();
        assertThatThrownBy(() -> registry().register(subject, withRequiredB()))
                .isInstanceOfSatisfying(
                        SchemaRegistryException.class,
                        e -> assertThat(e.problem()).isEqualTo(Problem.INCOMPATIBLE))
                .hasMessageContaining(subject);
        int second = registry().register(subject, withDefaultedB());
        assertThat(registry().byId(second)).isEqualTo(withDefaultedB());
    }

    @Test
    void transitiveLooksBeyondTheLatestVersion() {
        registry().setCompatibility(subject, Compatibility.BACKWARD_TRANSITIVE);
        registry().register(subject, a());
        registry().register(subject, withDefaultedB());
        assertThatThrownBy(() -> registry().register(subject, withRequiredB()))
                .isInstanceOf(SchemaRegistryException.class);
        registry().setCompatibility(subject, Compatibility.BACKWARD);
        registry().register(subject, withRequiredB());
    }

    private Schema a() {
        return SchemaBuilder.record(name).fields().requiredString("a").endRecord();
    }

    private Schema withDefaultedB() {
        return SchemaBuilder.record(name)
                .fields()
                .requiredString("a")
                .name("b")
                .type()
                .intType()
                .intDefault(7)
                .endRecord();
    }

    private Schema withRequiredB() {
        return SchemaBuilder.record(name).fields().requiredString("a").requiredInt("b").endRecord();
    }
}
