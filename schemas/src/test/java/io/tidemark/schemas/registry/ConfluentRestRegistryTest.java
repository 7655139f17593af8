package io.tidemark.schemas.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.tidemark.embedded.registry.EmbeddedRegistry;
import io.tidemark.schemas.registry.SchemaRegistryException.Problem;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ConfluentRestRegistryTest extends SchemaRegistryContract {
    private static final Schema SCHEMA =
            SchemaBuilder.record("R").fields().requiredString("a").endRecord();

    private final EmbeddedRegistry server = EmbeddedRegistry.inMemory();
    private final List<Duration> pauses = new ArrayList<>();

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
        return client(RegistryConfig.of(server.url()));
    }

    private SchemaRegistry client(RegistryConfig config) {
        return new ConfluentRestRegistry(config, pauses::add);
    }

    @Test
    void asksOnlyOnceForWhatNeverChanges() {
        SchemaRegistry registry = registry();
        int id = registry.register("s", SCHEMA);
        registry.byId(id);
        long asked = server.faults().requests();
        for (int i = 0; i < 10; i++) {
            registry.register("s", SCHEMA);
            registry.lookup("s", SCHEMA);
            registry.byId(id);
        }
        assertThat(server.faults().requests()).isEqualTo(asked);
    }

    @Test
    void asksAgainForWhatWasNotThere() {
        SchemaRegistry registry = registry();
        assertThat(registry.lookup("s", SCHEMA)).isEmpty();
        int id = registry().register("s", SCHEMA);
        assertThat(registry.lookup("s", SCHEMA)).hasValue(id);
    }

    @Test
    void outlivesFailuresWithGrowingPauses() {
        server.faults().refuseNext(4, 503);
        assertThat(registry().register("s", SCHEMA)).isEqualTo(1);
        assertThat(pauses)
                .containsExactly(
                        Duration.ofMillis(100),
                        Duration.ofMillis(200),
                        Duration.ofMillis(400),
                        Duration.ofMillis(800));
    }

    @Test
    void givesUpAfterAllRoundsAndSaysWhomItAsked() {
        server.faults().refuseNext(100, 500);
        RegistryConfig config =
                RegistryConfig.of(server.url())
                        .withPatience(Duration.ofSeconds(5), 3, Duration.ofMillis(1));
        thrownBy(() -> client(config).byId(1), Problem.UNREACHABLE)
                .hasMessageContaining(server.url() + ": HTTP 500")
                .hasMessageContaining("3 rounds");
        assertThat(server.faults().requests()).isEqualTo(3);
    }

    @Test
    void goesToAnotherUrlAtOnceAndStaysThere() {
        EmbeddedRegistry dead = EmbeddedRegistry.inMemory().start();
        URI deadUrl = dead.url();
        dead.close();
        SchemaRegistry registry = client(RegistryConfig.of(deadUrl, server.url()));
        registry.register("s", SCHEMA);
        registry.setCompatibility("s", Compatibility.FULL);
        assertThat(pauses).isEmpty();
        assertThat(server.faults().requests()).isEqualTo(2);
    }

    @Test
    void aRestartOfTheRegistryPassesUnseen() {
        SchemaRegistry registry = registry();
        registry.register("s", SCHEMA);
        server.stop();
        server.start();
        registry.setCompatibility("s", Compatibility.FULL);
        assertThat(registry.compatibility("s")).contains(Compatibility.FULL);
    }

    @Test
    void givesUpOnAnAnswerThatTakesTooLong() {
        server.faults().delayBy(Duration.ofSeconds(2));
        RegistryConfig impatient =
                RegistryConfig.of(server.url())
                        .withPatience(Duration.ofMillis(100), 1, Duration.ZERO);
        thrownBy(() -> client(impatient).byId(1), Problem.UNREACHABLE)
                .hasMessageContaining("timed out");
    }

    @Test
    void showsItsCredentialsToTheRegistryAndToNobodyElse() {
        server.requireBasicAuth("me", "s3cret");
        RegistryConfig anonymous = RegistryConfig.of(server.url());
        thrownBy(() -> client(anonymous).register("s", SCHEMA), Problem.NOT_ALLOWED)
                .hasMessageContaining("401");
        RegistryConfig basic = anonymous.withCredentials(new Credentials.Basic("me", "s3cret"));
        assertThat(client(basic).register("s", SCHEMA)).isEqualTo(1);
        assertThat(basic.toString()).contains("me").doesNotContain("s3cret");
        server.requireBearerToken("t0ken");
        RegistryConfig bearer = anonymous.withCredentials(new Credentials.Bearer("t0ken"));
        assertThat(client(bearer).register("s", SCHEMA)).isEqualTo(1);
        assertThat(bearer.toString()).doesNotContain("t0ken");
    }

    @Test
    void refusesSecretsInUrlsWithoutRepeatingThem() {
        assertThatThrownBy(() -> RegistryConfig.parse("http://a:1,http://me:s3cret@b:2"))
                .hasMessageContaining("give it as credentials")
                .hasMessageNotContaining("s3cret");
        assertThatThrownBy(() -> RegistryConfig.parse("localhost:8081"))
                .hasMessageContaining("http://HOST:PORT");
    }

    @Test
    void keepsThePathOfTheUrlAndQuotesTheSubject() throws IOException {
        List<String> paths = new ArrayList<>();
        HttpServer other =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        other.createContext(
                "/",
                exchange -> {
                    paths.add(exchange.getRequestURI().getRawPath());
                    byte[] page = "<html>".getBytes();
                    exchange.sendResponseHeaders(200, page.length);
                    exchange.getResponseBody().write(page);
                    exchange.close();
                });
        other.start();
        try {
            String url = "http://127.0.0.1:" + other.getAddress().getPort() + "/apis/ccompat/v7/";
            SchemaRegistry registry = client(RegistryConfig.parse(url));
            thrownBy(() -> registry.register("a b/c+d", SCHEMA), Problem.REFUSED)
                    .hasMessageContaining("is it a schema registry?");
            assertThat(paths).containsExactly("/apis/ccompat/v7/subjects/a%20b%2Fc%2Bd/versions");
        } finally {
            other.stop(0);
        }
    }

    private static AbstractThrowableAssert<?, ?> thrownBy(Runnable call, Problem problem) {
        return assertThatThrownBy(call::run)
                .isInstanceOfSatisfying(
                        SchemaRegistryException.class,
                        e -> assertThat(e.problem()).isEqualTo(problem));
    }
}
