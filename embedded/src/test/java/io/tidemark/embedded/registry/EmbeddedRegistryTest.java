package io.tidemark.embedded.registry;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedRegistryTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final String A = record("");
    private static final String A_AND_DEFAULTED_B =
            record(", {\"name\":\"b\",\"type\":\"int\",\"default\":0}");
    private static final String A_AND_REQUIRED_B = record(", {\"name\":\"b\",\"type\":\"int\"}");

    private record Answer(int status, JsonNode json) {
        int code() {
            return json.path("error_code").asInt();
        }
    }

    @TempDir Path directory;
    private EmbeddedRegistry registry;
    private String authorization = "";

    @BeforeEach
    void start() {
        registry = EmbeddedRegistry.inMemory().start();
    }

    @AfterEach
    void stop() {
        registry.close();
    }

    @Test
    void oneTextHasOneIdInAllSubjectsAndVersionsCountPerSubject() throws Exception {
        assertThat(register("s", A).json().path("id").asInt()).isEqualTo(1);
        assertThat(register("s", A_AND_DEFAULTED_B).json().path("id").asInt()).isEqualTo(2);
        assertThat(register("other", A_AND_DEFAULTED_B).json().path("id").asInt()).isEqualTo(2);
        assertThat(register("s", A).json().path("id").asInt()).isEqualTo(1);
        assertThat(get("/subjects").json().toString()).isEqualTo("[\"other\",\"s\"]");
        assertThat(get("/subjects/s/versions").json().toString()).isEqualTo("[1,2]");
        JsonNode latest = get("/subjects/s/versions/latest").json();
        assertThat(latest.path("version").asInt()).isEqualTo(2);
        assertThat(latest.path("subject").asText()).isEqualTo("s");
        assertThat(JSON.readTree(get("/schemas/ids/1").json().path("schema").asText()))
                .isEqualTo(JSON.readTree(A));
        assertThat(get("/schemas/ids/2/versions").json()).hasSize(2);
        assertThat(lookup("s", A).json().path("version").asInt()).isEqualTo(1);
    }

    @Test
    void saysWhatIsNotThereWithConfluentsCodes() throws Exception {
        assertThat(get("/subjects/none/versions").code()).isEqualTo(40401);
        assertThat(lookup("none", A).code()).isEqualTo(40401);
        register("s", A);
        assertThat(get("/subjects/s/versions/7").code()).isEqualTo(40402);
        assertThat(get("/subjects/s/versions/x").code()).isEqualTo(42202);
        assertThat(get("/schemas/ids/7").code()).isEqualTo(40403);
        assertThat(lookup("s", A_AND_DEFAULTED_B).code()).isEqualTo(40403);
        assertThat(get("/config/s").code()).isEqualTo(40408);
        assertThat(get("/nothing").status()).isEqualTo(404);
        assertThat(register("s", "{\"type\":\"nonsense\"}").code()).isEqualTo(42201);
        assertThat(send("POST", "/subjects/s/versions", "{").status()).isEqualTo(400);
        assertThat(send("PUT", "/config/s", "{\"compatibility\":\"SOME\"}").code())
                .isEqualTo(42203);
    }

    @Test
    void refusesAnIncompatibleSchemaAndNamesTheField() throws Exception {
        send("PUT", "/config/s", "{\"compatibility\":\"FULL_TRANSITIVE\"}");
        register("s", A);
        Answer refused = register("s", A_AND_REQUIRED_B);
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.code()).isEqualTo(409);
        assertThat(refused.json().path("message").asText()).contains("\"s\"").contains("b");
        assertThat(compatible("s", "latest", A_AND_REQUIRED_B)).isFalse();
        assertThat(compatible("s", "latest", A_AND_DEFAULTED_B)).isTrue();
        assertThat(get("/config/s").json().path("compatibilityLevel").asText())
                .isEqualTo("FULL_TRANSITIVE");
        assertThat(get("/config").json().path("compatibilityLevel").asText()).isEqualTo("BACKWARD");
        assertThat(get("/config/t?defaultToGlobal=true").json().path("compatibilityLevel").asText())
                .isEqualTo("BACKWARD");
    }

    @Test
    void registersNothingWhileReadOnly() throws Exception {
        register("s", A);
        send("PUT", "/mode", "{\"mode\":\"READONLY\"}");
        assertThat(register("s", A_AND_DEFAULTED_B).code()).isEqualTo(42205);
        assertThat(register("s", A).status()).isEqualTo(200);
        assertThat(get("/mode").json().path("mode").asText()).isEqualTo("READONLY");
    }

    @Test
    void asksForCredentialsIfTold() throws Exception {
        registry.requireBasicAuth("me", "secret");
        assertThat(get("/subjects").status()).isEqualTo(401);
        authorization = "Basic " + Base64.getEncoder().encodeToString("me:secret".getBytes());
        assertThat(get("/subjects").status()).isEqualTo(200);
        registry.requireBearerToken("token");
        assertThat(get("/subjects").status()).isEqualTo(401);
        authorization = "Bearer token";
        assertThat(get("/subjects").status()).isEqualTo(200);
    }

    @Test
    void failsAsOftenAsAskedForWithoutEffect() throws Exception {
        registry.faults().refuseNext(2, 503);
        assertThat(register("s", A).status()).isEqualTo(503);
        assertThat(get("/subjects").status()).isEqualTo(503);
        assertThat(get("/subjects").json()).isEmpty();
        assertThat(registry.faults().requests()).isEqualTo(3);
    }

    @Test
    void answersWithinMillisecondsUnlessToldToBeSlow() throws Exception {
        // The quickest of many: a busy machine slows some, a delayed acknowledgement (40 ms) slows
        // all.
        Duration quickest = Duration.ofDays(1);
        for (int i = 0; i < 50; i++) {
            Duration took = timed("/subjects");
            quickest = took.compareTo(quickest) < 0 ? took : quickest;
        }
        assertThat(quickest).isLessThan(Duration.ofMillis(30));
        registry.faults().delayBy(Duration.ofMillis(200));
        assertThat(timed("/subjects")).isGreaterThanOrEqualTo(Duration.ofMillis(200));
    }

    @Test
    void keepsSchemasLevelsAndAddressInItsDirectory() throws Exception {
        registry.close();
        registry = EmbeddedRegistry.in(directory).start();
        URI url = registry.url();
        send("PUT", "/config/s", "{\"compatibility\":\"FULL\"}");
        register("s", A);
        registry.close();
        registry = EmbeddedRegistry.in(directory).start();
        assertThat(registry.url()).isEqualTo(url);
        assertThat(lookup("s", A).json().path("id").asInt()).isEqualTo(1);
        assertThat(get("/config/s").json().path("compatibilityLevel").asText()).isEqualTo("FULL");
    }

    private Answer register(String subject, String schema) throws Exception {
        return send("POST", "/subjects/" + subject + "/versions", body(schema));
    }

    private Answer lookup(String subject, String schema) throws Exception {
        return send("POST", "/subjects/" + subject, body(schema));
    }

    private boolean compatible(String subject, String version, String schema) throws Exception {
        String path = "/compatibility/subjects/" + subject + "/versions/" + version;
        return send("POST", path, body(schema)).json().path("is_compatible").asBoolean();
    }

    private static String body(String schema) {
        ObjectNode body = JSON.createObjectNode();
        return body.put("schema", schema).toString();
    }

    private Duration timed(String path) throws Exception {
        long began = System.nanoTime();
        get(path);
        return Duration.ofNanos(System.nanoTime() - began);
    }

    private Answer get(String path) throws Exception {
        return send("GET", path, "");
    }

    private Answer send(String method, String path, String body) throws Exception {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(registry.url().resolve(path))
                        .header("Content-Type", EmbeddedRegistry.CONTENT_TYPE)
                        .method(method, HttpRequest.BodyPublishers.ofString(body));
        if (!authorization.isEmpty()) {
            request.header("Authorization", authorization);
        }
        HttpResponse<String> response =
                HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
        assertThat(response.headers().firstValue("Content-Type"))
                .hasValue(EmbeddedRegistry.CONTENT_TYPE);
        return new Answer(response.statusCode(), JSON.readTree(response.body()));
    }

    private static String record(String more) {
        return "{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"a\",\"type\":\"string\"}"
                + more
                + "]}";
    }
}
