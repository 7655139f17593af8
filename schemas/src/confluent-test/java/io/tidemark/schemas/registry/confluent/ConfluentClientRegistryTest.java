package io.tidemark.schemas.registry.confluent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.embedded.registry.EmbeddedRegistry;
import io.tidemark.schemas.avro.OplogRecord;
import io.tidemark.schemas.registry.ConfluentRestRegistry;
import io.tidemark.schemas.registry.Credentials;
import io.tidemark.schemas.registry.RegistryConfig;
import io.tidemark.schemas.registry.SchemaRegistry;
import io.tidemark.schemas.registry.SchemaRegistryContract;
import io.tidemark.schemas.registry.SchemaRegistryException;
import io.tidemark.schemas.registry.SchemaRegistryException.Problem;
import java.time.Duration;
import java.util.Map;
import org.apache.avro.Schema;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Runs with Confluent's client under {@code -Pconfluent}, and with a relocated copy of it in every
 * build.
 */
class ConfluentClientRegistryTest extends SchemaRegistryContract {
    private static final Schema SCHEMA = OplogRecord.getClassSchema();

    private final EmbeddedRegistry server = EmbeddedRegistry.inMemory();

    @BeforeEach
    void start() {
        server.start();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Override
    protected SchemaRegistry registry() {
        return ConfluentClientRegistry.of(config(), Map.of());
    }

    @Test
    void handsOutTheSameIdsAsOurOwnClient() {
        SchemaRegistry ours = new ConfluentRestRegistry(config());
        int id = ours.register("a-value", SCHEMA);
        assertThat(registry().lookup("a-value", SCHEMA)).hasValue(id);
        assertThat(registry().register("a-value", SCHEMA)).isEqualTo(id);
        assertThat(registry().register("b-value", SCHEMA)).isEqualTo(id);
        assertThat(ours.lookup("b-value", SCHEMA)).hasValue(id);
        assertThat(registry().byId(id)).isEqualTo(ours.byId(id)).isEqualTo(SCHEMA);
    }

    @Test
    void showsCredentials() {
        server.requireBasicAuth("me", "s3cret");
        assertThatThrownBy(() -> registry().register("s", SCHEMA))
                .isInstanceOfSatisfying(
                        SchemaRegistryException.class,
                        e -> assertThat(e.problem()).isEqualTo(Problem.NOT_ALLOWED));
        RegistryConfig basic = config().withCredentials(new Credentials.Basic("me", "s3cret"));
        assertThat(ConfluentClientRegistry.of(basic, Map.of()).register("s", SCHEMA)).isEqualTo(1);
        server.requireBearerToken("t0ken");
        RegistryConfig bearer = config().withCredentials(new Credentials.Bearer("t0ken"));
        assertThat(ConfluentClientRegistry.of(bearer, Map.of()).register("s", SCHEMA)).isEqualTo(1);
    }

    @Test
    void outlivesFailuresAndGivesUpInTheEnd() {
        server.faults().refuseNext(3, 503);
        assertThat(registry().register("s", SCHEMA)).isEqualTo(1);
        server.close();
        assertThatThrownBy(() -> registry().register("s", SCHEMA))
                .isInstanceOfSatisfying(
                        SchemaRegistryException.class,
                        e -> assertThat(e.problem()).isEqualTo(Problem.UNREACHABLE));
    }

    private RegistryConfig config() {
        return RegistryConfig.of(server.url())
                .withPatience(Duration.ofSeconds(5), 4, Duration.ofMillis(10));
    }
}
