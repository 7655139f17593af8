package io.tidemark.streams.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The API's description, held against real answers. */
final class Contract {
    private static final ObjectMapper JSON = new ObjectMapper();
    private final JsonNode openapi;
    private final Map<JsonNode, JsonSchema> schemas = new HashMap<>();

    Contract() {
        try (InputStream in = Contract.class.getResourceAsStream("/openapi.yaml")) {
            openapi = new ObjectMapper(new YAMLFactory()).readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException("can't read openapi.yaml", e);
        }
    }

    List<String> paths() {
        List<String> paths = new ArrayList<>();
        openapi.get("paths").fieldNames().forEachRemaining(paths::add);
        return paths;
    }

    /** The description of an operation's query parameters. */
    List<JsonNode> parameters(String path) {
        List<JsonNode> parameters = new ArrayList<>();
        operation(path).path("parameters").forEach(one -> parameters.add(resolved(one)));
        return parameters;
    }

    /** Fails if the status, the type or any field of the answer is not as described. */
    void holds(HttpResponse<String> answer) {
        String path = answer.uri().getPath();
        String what = answer.statusCode() + " of " + answer.uri();
        JsonNode response =
                resolved(operation(path).path("responses").path("" + answer.statusCode()));
        assertThat(response.isMissingNode()).as(what + " is not described").isFalse();
        response.path("headers")
                .fieldNames()
                .forEachRemaining(
                        name -> assertThat(answer.headers().firstValue(name)).as(what).isPresent());
        if (response.path("content").isMissingNode()) {
            assertThat(answer.body()).as(what).isEmpty();
            return;
        }
        String type = answer.headers().firstValue("Content-Type").orElse("").replaceAll(";.*", "");
        JsonNode schema = response.path("content").path(type).path("schema");
        assertThat(schema.isMissingNode()).as(what + " as " + type).isFalse();
        assertThat(problems(schema, type, answer.body())).as(what + ": " + answer.body()).isEmpty();
    }

    private List<String> problems(JsonNode schema, String type, String body) {
        JsonNode instance = type.equals("application/json") ? json(body) : JSON.valueToTree(body);
        return schemas.computeIfAbsent(schema, this::compiled).validate(instance).stream()
                .map(Object::toString)
                .toList();
    }

    private JsonSchema compiled(JsonNode schema) {
        ObjectNode whole = JSON.createObjectNode();
        whole.setAll((ObjectNode) schema);
        whole.set("components", openapi.get("components"));
        return JsonSchemaFactory.getInstance(VersionFlag.V202012).getSchema(whole);
    }

    private JsonNode operation(String path) {
        JsonNode get = openapi.path("paths").path(path).path("get");
        assertThat(get.isMissingNode()).as("GET " + path + " is not described").isFalse();
        return get;
    }

    private JsonNode resolved(JsonNode node) {
        String reference = node.path("$ref").asText();
        return reference.isEmpty() ? node : openapi.at(reference.substring(1));
    }

    static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException("no JSON: " + text, e);
        }
    }
}
