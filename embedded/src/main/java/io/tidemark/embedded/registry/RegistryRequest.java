package io.tidemark.embedded.registry;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.URLDecoder;
import java.util.Arrays;
import java.util.List;

/**
 * One call: {@code GET /subjects/a%2Fb/versions} has the parts {@code [subjects, a/b, versions]}.
 *
 * @param query as received, empty if there is none
 * @param body as received, empty if there is none
 */
record RegistryRequest(String method, List<String> parts, String query, String body) {
    private static final ObjectMapper JSON = new ObjectMapper();

    static RegistryRequest of(String method, URI uri, String body) {
        List<String> parts =
                Arrays.stream(uri.getRawPath().split("/"))
                        .filter(part -> !part.isEmpty())
                        .map(part -> URLDecoder.decode(part.replace("+", "%2B"), UTF_8))
                        .toList();
        return new RegistryRequest(
                method, parts, uri.getRawQuery() == null ? "" : uri.getRawQuery(), body);
    }

    /**
     * @param pattern method and path, {@code *} for any one part: {@code POST
     *     subjects/*&#47;versions}
     */
    boolean is(String pattern) {
        int space = pattern.indexOf(' ');
        String[] wanted = pattern.substring(space + 1).split("/");
        if (!method.equals(pattern.substring(0, space)) || wanted.length != parts.size()) {
            return false;
        }
        for (int i = 0; i < wanted.length; i++) {
            if (!wanted[i].equals("*") && !wanted[i].equals(parts.get(i))) {
                return false;
            }
        }
        return true;
    }

    boolean isSet(String parameter) {
        return Arrays.asList(query.split("&")).contains(parameter + "=true");
    }

    /**
     * A text field of the JSON body; a schema that is missing or of another type than Avro is
     * refused.
     */
    String schema() {
        JsonNode json = json();
        String type = json.path("schemaType").asText("AVRO");
        if (!type.equals("AVRO")) {
            throw Refusal.invalidSchema("type " + type + " is not supported here, only AVRO");
        }
        if (json.path("references").size() > 0) {
            throw Refusal.invalidSchema("references are not supported here");
        }
        if (!json.path("schema").isTextual()) {
            throw Refusal.invalidSchema("the request has no schema");
        }
        return json.path("schema").textValue();
    }

    String field(String name) {
        return json().path(name).asText("");
    }

    private JsonNode json() {
        try {
            return JSON.readTree(body.isEmpty() ? "{}" : body);
        } catch (JsonProcessingException e) {
            throw Refusal.http(400, "Bad Request: the body is no JSON");
        }
    }
}
