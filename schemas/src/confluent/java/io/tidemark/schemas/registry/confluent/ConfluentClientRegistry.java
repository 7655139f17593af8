package io.tidemark.schemas.registry.confluent;

import io.confluent.kafka.schemaregistry.ParsedSchema;
import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.client.CachedSchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import io.tidemark.schemas.registry.Compatibility;
import io.tidemark.schemas.registry.Credentials;
import io.tidemark.schemas.registry.RegistryConfig;
import io.tidemark.schemas.registry.SchemaRegistry;
import io.tidemark.schemas.registry.SchemaRegistryException;
import io.tidemark.schemas.registry.SchemaRegistryException.Problem;
import java.io.IOException;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.apache.avro.Schema;

/**
 * Confluent's own client behind the port, for those who run it already and want its settings
 * (OAuth, TLS stores, …). Built with {@code -Pconfluent}. Schemas cross to the client as text, so
 * that it may bring another Avro.
 *
 * <p>This file is also compiled and tested against a relocated copy of that client in every build:
 * name its classes by imports only.
 */
public final class ConfluentClientRegistry implements SchemaRegistry {
    private static final int SCHEMAS_KEPT = 1_000;
    private static final Set<Integer> NOT_THERE = Set.of(40401, 40402, 40403, 40408);

    private final SchemaRegistryClient client;
    private final int rounds;
    private final long firstPauseMillis;

    private ConfluentClientRegistry(SchemaRegistryClient client, RegistryConfig config) {
        this.client = client;
        this.rounds = config.rounds();
        this.firstPauseMillis = config.firstPause().toMillis();
    }

    /**
     * @param more settings of the client, by its own names; they win over {@code config}
     */
    public static ConfluentClientRegistry of(RegistryConfig config, Map<String, String> more) {
        Map<String, Object> settings = new HashMap<>();
        String millis = Long.toString(config.timeout().toMillis());
        settings.put("http.connect.timeout.ms", millis);
        settings.put("http.read.timeout.ms", millis);
        settings.put("max.retries", "0"); // newer clients retry by themselves: one layer is enough
        settings.putAll(settingsOf(config.credentials()));
        settings.putAll(more);
        List<String> urls = config.urls().stream().map(URI::toString).toList();
        return new ConfluentClientRegistry(
                new CachedSchemaRegistryClient(urls, SCHEMAS_KEPT, settings), config);
    }

    private static Map<String, String> settingsOf(Credentials credentials) {
        if (credentials instanceof Credentials.Basic basic) {
            return Map.of(
                    "basic.auth.credentials.source",
                    "USER_INFO",
                    "basic.auth.user.info",
                    basic.user() + ":" + basic.password());
        } else if (credentials instanceof Credentials.Bearer bearer) {
            return Map.of(
                    "bearer.auth.credentials.source",
                    "STATIC_TOKEN",
                    "bearer.auth.token",
                    bearer.token());
        }
        return Map.of();
    }

    @FunctionalInterface
    private interface Call<T> {
        T run() throws IOException, RestClientException;
    }

    @Override
    public int register(String subject, Schema schema) {
        AvroSchema avro = new AvroSchema(schema.toString());
        return must(
                "register a schema of subject '" + subject + "'",
                () -> client.register(subject, avro));
    }

    @Override
    public OptionalInt lookup(String subject, Schema schema) {
        AvroSchema avro = new AvroSchema(schema.toString());
        String what = "look up a schema of subject '" + subject + "'";
        return ask(what, () -> client.getId(subject, avro))
                .map(OptionalInt::of)
                .orElse(OptionalInt.empty());
    }

    @Override
    public Schema byId(int id) {
        ParsedSchema found =
                ask("read schema " + id, () -> client.getSchemaById(id))
                        .orElseThrow(
                                () ->
                                        new SchemaRegistryException(
                                                Problem.UNKNOWN,
                                                "The schema registry has no schema %d: the records were written with another one, or it lost its data"
                                                        .formatted(id)));
        if (!AvroSchema.TYPE.equals(found.schemaType())) {
            throw new SchemaRegistryException(
                    Problem.REFUSED,
                    "Schema %d is of type %s; Tidemark's topics hold Avro only"
                            .formatted(id, found.schemaType()));
        }
        return new Schema.Parser().parse(found.canonicalString());
    }

    @Override
    public void setCompatibility(String subject, Compatibility level) {
        must(
                "set the compatibility level of subject '" + subject + "'",
                () -> client.updateCompatibility(subject, level.name()));
    }

    @Override
    public Optional<Compatibility> compatibility(String subject) {
        return ask(
                        "read the compatibility level of subject '" + subject + "'",
                        () -> client.getCompatibility(subject))
                .map(Compatibility::valueOf);
    }

    @Override
    public boolean isCompatible(String subject, Schema schema) {
        AvroSchema avro = new AvroSchema(schema.toString());
        return ask(
                        "check a schema against subject '" + subject + "'",
                        () -> client.testCompatibility(subject, avro))
                .orElse(true);
    }

    private <T> T must(String what, Call<T> call) {
        return ask(what, call)
                .orElseThrow(
                        () ->
                                new SchemaRegistryException(
                                        Problem.REFUSED,
                                        "The schema registry knows nothing of what it was asked to "
                                                + what));
    }

    /** Empty: the registry says that it is not there. Failures that may pass are retried. */
    private <T> Optional<T> ask(String what, Call<T> call) {
        long pause = firstPauseMillis;
        for (int round = 1; ; round++) {
            try {
                return Optional.of(call.run());
            } catch (RestClientException e) {
                boolean passing = e.getStatus() >= 500 || e.getStatus() == 429;
                if (!passing) {
                    return notThere(what, e);
                }
                giveUpAfter(round, what, e);
            } catch (IOException e) {
                giveUpAfter(round, what, e);
            }
            sleep(pause);
            pause *= 2;
        }
    }

    private static <T> Optional<T> notThere(String what, RestClientException e) {
        if (NOT_THERE.contains(e.getErrorCode())) {
            return Optional.empty();
        }
        Problem problem =
                switch (e.getStatus()) {
                    case 401, 403 -> Problem.NOT_ALLOWED;
                    case 409 -> Problem.INCOMPATIBLE;
                    default -> Problem.REFUSED;
                };
        throw new SchemaRegistryException(
                problem, "The schema registry refused to " + what + ": " + e.getMessage(), e);
    }

    private void giveUpAfter(int round, String what, Exception e) {
        if (round >= rounds) {
            throw new SchemaRegistryException(
                    Problem.UNREACHABLE,
                    "No schema registry answered a request to %s in %d rounds. Last: %s"
                            .formatted(what, rounds, e.getMessage()),
                    e);
        }
    }

    private static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SchemaRegistryException(
                    Problem.UNREACHABLE, "Interrupted while asking the schema registry", e);
        }
    }
}
