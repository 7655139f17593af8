package io.tidemark.streams.http;

import static io.tidemark.streams.http.ExampleTimeline.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.streams.view.TimelineView;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/** A timeline behind HTTP, and a client of it. */
final class ServedTimeline implements AutoCloseable {
    static final HttpConfig LOCAL =
            new HttpConfig("127.0.0.1", 0, Duration.ofMinutes(1), Optional.of("s3://backups/shop"));
    static final Contract CONTRACT = new Contract();

    /** A cluster that lived. */
    static final TimelineView EXAMPLE = ExampleTimeline.view();

    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private final AtomicReference<Optional<TimelineView>> view =
            new AtomicReference<>(Optional.of(EXAMPLE));
    private final AtomicReference<Instant> now = new AtomicReference<>(NOW);
    private final TimelineServer server;

    ServedTimeline() {
        Clock clock =
                new Clock() {
                    @Override
                    public ZoneOffset getZone() {
                        return ZoneOffset.UTC;
                    }

                    @Override
                    public Clock withZone(java.time.ZoneId zone) {
                        return this;
                    }

                    @Override
                    public Instant instant() {
                        return now.get();
                    }
                };
        server = TimelineServer.start(view::get, LOCAL, clock);
    }

    void show(Optional<TimelineView> other) {
        view.set(other);
    }

    void moveTo(Instant time) {
        now.set(time);
    }

    URI uri() {
        return server.uri();
    }

    JsonNode json(String path) {
        return Contract.json(body(path));
    }

    String body(String path) {
        HttpResponse<String> answer = get(path);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return answer.body();
    }

    /** An answer that keeps the contract. */
    HttpResponse<String> get(String path, String... headers) {
        HttpResponse<String> answer = send("GET", resolved(path), headers);
        CONTRACT.holds(answer);
        return answer;
    }

    /** An answer that need not keep it. */
    HttpResponse<String> raw(String method, String path) {
        return send(method, resolved(path));
    }

    private URI resolved(String path) {
        return URI.create(server.uri().toString().replaceAll("/$", "") + path);
    }

    static HttpResponse<String> send(String method, URI uri, String... headers) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(uri).method(method, HttpRequest.BodyPublishers.noBody());
        if (headers.length > 0) {
            request.headers(headers);
        }
        try {
            return CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new AssertionError(method + " " + uri + " failed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while asking " + uri, e);
        }
    }

    @Override
    public void close() {
        server.close();
    }
}
