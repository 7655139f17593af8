package io.tidemark.schemas.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.tidemark.schemas.registry.SchemaRegistryException.Problem;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends one call until a node of the registry answers it: next URL at once, next round after a
 * pause. Every call of this client may be repeated without harm. What a node decides (below 500,
 * but 429) is an answer, never retried.
 */
final class RegistryHttp {
    private static final Logger LOGGER = LoggerFactory.getLogger(RegistryHttp.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String CONTENT_TYPE = "application/vnd.schemaregistry.v1+json";

    /** Waits between rounds; replaced in tests. */
    @FunctionalInterface
    interface Pause {
        void of(Duration duration) throws InterruptedException;
    }

    /**
     * @param status 200 to 499
     * @param json the body; missing where it is no JSON
     * @param url who answered
     */
    record Answer(int status, JsonNode json, URI url) {
        boolean ok() {
            return status < 300;
        }

        int errorCode() {
            return json.path("error_code").asInt(status);
        }

        String message() {
            return json.path("message").asText("no message");
        }
    }

    private final RegistryConfig config;
    private final Pause pause;
    private final HttpClient http;
    private volatile int
            preferred; // the URL that answered last; a lost update costs one failed try

    RegistryHttp(RegistryConfig config, Pause pause) {
        this.config = config;
        this.pause = pause;
        this.http =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(config.timeout())
                        .build();
    }

    Answer call(String method, String path, String body) {
        List<String> failures = new ArrayList<>();
        Duration wait = config.firstPause();
        try {
            for (int round = 1; ; round++) {
                failures.clear();
                for (int i = 0; i < config.urls().size(); i++) {
                    int index = (preferred + i) % config.urls().size();
                    Answer answer = tryOnce(method, config.urls().get(index), path, body, failures);
                    if (answer != null) {
                        preferred = index;
                        return answer;
                    }
                }
                if (round == config.rounds()) {
                    throw unreachable(method, path, failures);
                }
                pause.of(wait);
                wait = shorter(wait.multipliedBy(2), RegistryConfig.LONGEST_PAUSE);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SchemaRegistryException(
                    Problem.UNREACHABLE, "Interrupted while asking the schema registry", e);
        }
    }

    /** Null: this node gave no answer that counts, and {@code failures} says why. */
    private Answer tryOnce(String method, URI base, String path, String body, List<String> failures)
            throws InterruptedException {
        String failure;
        try {
            HttpResponse<String> response =
                    http.send(
                            request(method, base, path, body),
                            HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() < 500 && response.statusCode() != 429) {
                return new Answer(response.statusCode(), parse(response.body()), base);
            }
            failure = base + ": HTTP " + response.statusCode();
        } catch (IOException e) {
            failure = base + ": " + (e.getMessage() == null ? e.toString() : e.getMessage());
        }
        failures.add(failure);
        LOGGER.atDebug().addKeyValue("error", failure).log("Schema registry did not answer");
        return null;
    }

    private HttpRequest request(String method, URI base, String path, String body) {
        String url = base.toString().replaceAll("/+$", "") + path;
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(url))
                        .timeout(config.timeout())
                        .header("Accept", CONTENT_TYPE + ", application/json; q=0.9")
                        .method(
                                method,
                                body.isEmpty()
                                        ? HttpRequest.BodyPublishers.noBody()
                                        : HttpRequest.BodyPublishers.ofString(body));
        if (!body.isEmpty()) {
            request.header("Content-Type", CONTENT_TYPE);
        }
        config.credentials().header().ifPresent(value -> request.header("Authorization", value));
        return request.build();
    }

    private static JsonNode parse(String body) {
        try {
            return JSON.readTree(body);
        } catch (JsonProcessingException e) {
            return MissingNode.getInstance(); // a proxy's page, perhaps: the status tells
        }
    }

    private SchemaRegistryException unreachable(String method, String path, List<String> failures) {
        return new SchemaRegistryException(
                Problem.UNREACHABLE,
                "No schema registry answered %s %s in %d rounds. Last: %s. Check that it runs and that its URL is right."
                        .formatted(method, path, config.rounds(), String.join("; ", failures)));
    }

    private static Duration shorter(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }
}
