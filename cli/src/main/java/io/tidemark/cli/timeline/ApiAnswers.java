package io.tidemark.cli.timeline;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.cli.CommandFailure;
import io.tidemark.cli.ExitCode;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.RestoreWindow;
import io.tidemark.timeline.window.Policy;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Answers of the timeline's HTTP API. */
final class ApiAnswers implements TimelineAnswers {
    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration ANSWER = Duration.ofSeconds(60);
    private static final int EVENTS_PAGE = 1000;
    private static final int WINDOWS_PAGE = 5000;
    private static final int OK = 200;
    private static final int BAD_REQUEST = 400;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final URI api;
    private final HttpClient client = HttpClient.newBuilder().connectTimeout(CONNECT).build();

    ApiAnswers(URI api) {
        if (api.getScheme() == null || !api.getScheme().startsWith("http")) {
            throw new CommandFailure(
                    ExitCode.USAGE, "--api " + api + " is no URL like http://127.0.0.1:8480.");
        }
        this.api = api;
    }

    @Override
    public String origin() {
        return "api";
    }

    @Override
    public ObjectNode windows(Policy policy, RestoreWindow span) {
        Map<String, String> parameters = span(span);
        parameters.put("policy", policy.code());
        parameters.put("limit", String.valueOf(WINDOWS_PAGE));
        return pages("windows", parameters, "windows", "unsafe", "gaps");
    }

    @Override
    public ObjectNode explain(ClusterTime at, Policy policy) {
        return get("explain", Map.of("at", at.toString(), "policy", policy.code()));
    }

    @Override
    public ObjectNode events(RestoreWindow span, Optional<String> ns, Optional<String> kind) {
        Map<String, String> parameters = span(span);
        ns.ifPresent(name -> parameters.put("ns", name));
        kind.ifPresent(name -> parameters.put("kind", name));
        parameters.put("limit", String.valueOf(EVENTS_PAGE));
        return pages("events", parameters, "events");
    }

    /** All pages as one: the lists joined, the rest as the last page says it. */
    private ObjectNode pages(String what, Map<String, String> parameters, String... lists) {
        ObjectNode all = get(what, parameters);
        while (all.path("next").isTextual()) {
            parameters.put("after", all.path("next").asText());
            ObjectNode page = get(what, parameters);
            for (String list : lists) {
                ArrayNode joined = all.withArray(list).addAll((ArrayNode) page.withArray(list));
                page.set(list, joined);
            }
            all = page;
        }
        return all;
    }

    /** Times without an end are left out: the answer is cached by its address. */
    private static Map<String, String> span(RestoreWindow span) {
        Map<String, String> parameters = new TreeMap<>();
        if (!span.earliest().equals(ClusterTime.ZERO)) {
            parameters.put("from", span.earliest().toString());
        }
        if (!span.latest().equals(ClusterTime.MAX)) {
            parameters.put("to", span.latest().toString());
        }
        return parameters;
    }

    private ObjectNode get(String what, Map<String, String> parameters) {
        String query =
                parameters.entrySet().stream()
                        .map(p -> p.getKey() + "=" + encoded(p.getValue()))
                        .collect(Collectors.joining("&"));
        String base = api.toString().replaceFirst("/+$", "");
        URI address = URI.create(base + "/api/" + what + (query.isEmpty() ? "" : "?" + query));
        HttpResponse<String> response = send(address);
        JsonNode body = parse(response.body());
        if (response.statusCode() == OK && body instanceof ObjectNode document) {
            return document;
        }
        ExitCode code =
                response.statusCode() == BAD_REQUEST ? ExitCode.USAGE : ExitCode.UNREACHABLE;
        throw new CommandFailure(
                code,
                address
                        + " answered "
                        + response.statusCode()
                        + ": "
                        + body.at("/error/message").asText(response.body().strip())
                        + (code == ExitCode.UNREACHABLE
                                ? " Is this the timeline's HTTP API, and is it up? The bucket"
                                        + " answers too: --bucket and --cluster."
                                : ""));
    }

    private HttpResponse<String> send(URI address) {
        HttpRequest request =
                HttpRequest.newBuilder(address)
                        .timeout(ANSWER)
                        .header("Accept", "application/json")
                        .build();
        try {
            return client.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException failed) {
            throw new CommandFailure(
                    ExitCode.UNREACHABLE,
                    address
                            + " can't be reached ("
                            + failed
                            + "). Check that the service runs, or ask the bucket: --bucket and"
                            + " --cluster.",
                    failed);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new CommandFailure(ExitCode.UNREACHABLE, "interrupted", stopped);
        }
    }

    private static JsonNode parse(String body) {
        try {
            return JSON.readTree(body);
        } catch (JsonProcessingException notJson) {
            // The caller says what came instead.
            return JSON.createObjectNode();
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
