package io.tidemark.storage.object;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.sun.net.httpserver.HttpServer;
import io.tidemark.embedded.s3.EmbeddedS3;
import io.tidemark.embedded.s3.HttpFault;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

final class S3ObjectStoreTest extends ObjectStoreContract {
    private static final String BUCKET = "archive";
    @TempDir static Path folder;
    private static EmbeddedS3 server;
    private static int places;
    private String prefix;
    private ListAppender<ILoggingEvent> log;

    @BeforeAll
    static void startServer() {
        System.setProperty("aws.accessKeyId", EmbeddedS3.ACCESS_KEY);
        System.setProperty("aws.secretAccessKey", EmbeddedS3.SECRET_KEY);
        server = EmbeddedS3.withFaultsIn(folder).start();
        server.createBucket(BUCKET);
    }

    @AfterAll
    static void stopServer() {
        server.close();
        System.clearProperty("aws.accessKeyId");
        System.clearProperty("aws.secretAccessKey");
    }

    @BeforeEach
    void listen() {
        log = new ListAppender<>();
        log.start();
        retries().addAppender(log);
    }

    @AfterEach
    void listenNoMore() {
        retries().detachAppender(log);
    }

    private static Logger retries() {
        return (Logger) LoggerFactory.getLogger(ToldRetries.class);
    }

    @Override
    void prepare() {
        server.faults().clear();
        places++;
        prefix = "place-" + places;
    }

    @Override
    ObjectStore newStore() {
        return BucketUri.parse(uri(BUCKET)).open();
    }

    private String uri(String bucket) {
        return "s3://"
                + bucket
                + "/"
                + prefix
                + "?endpoint="
                + server.endpoint()
                + "&region=us-east-1&pathStyle=true";
    }

    @Override
    void putStranger(String key, byte[] bytes) throws IOException {
        Path file = server.file(BUCKET, prefix + "/" + key);
        Files.createDirectories(file.getParent());
        Files.write(file, bytes);
    }

    @Test
    void aPutWhoseAnswerIsLostIsKnownAsItsOwn() {
        try (ObjectStore store = newStore()) {
            store.put("first", Body.of(random(1)));
            server.faults().next(1, "PUT", "lost", new HttpFault.AnswerLost());

            PutOutcome outcome = store.put("lost", Body.of(random(100_000)));

            assertThat(outcome).isEqualTo(PutOutcome.ALREADY_IDENTICAL);
            assertThat(server.faults().injected()).isPositive();
        }
    }

    @Test
    void anUploadThatIsCutOffIsRepeated() {
        try (ObjectStore store = newStore()) {
            store.put("first", Body.of(random(1)));
            server.faults().next(2, "PUT", "cut", new HttpFault.CutInBody(50_000));
            byte[] bytes = random(300_000);

            assertThat(store.put("cut", Body.of(bytes))).isEqualTo(PutOutcome.CREATED);

            assertThat(store.readWhole("cut", 400_000)).isEqualTo(bytes);
        }
    }

    @Test
    void aServerThatFailsForAMomentIsAskedAgain() {
        try (ObjectStore store = newStore()) {
            store.put("k", Body.of(random(10)));
            server.faults().next(2, new HttpFault.Refused(503));

            assertThat(store.readWhole("k", 100)).isEqualTo(random(10));
        }
    }

    @Test
    void aServerThatKeepsFailingIsUnreachable() {
        try (ObjectStore store = newStore()) {
            store.put("first", Body.of(random(1)));
            server.faults().next(100, new HttpFault.Refused(503));

            assertThatThrownBy(() -> store.put("k", Body.of(random(10))))
                    .isInstanceOf(UnreachableException.class)
                    .hasMessageContaining("503");
            server.faults().clear();
            assertThat(store.head("k")).isEmpty();
        }
    }

    @Test
    void whatAnswersThatAllIsWellAndIsNoS3ServerIsUnreachable() throws IOException {
        byte[] page = "<html>Please log in</html>".getBytes(StandardCharsets.UTF_8);
        HttpServer login =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        login.createContext(
                "/",
                asked -> {
                    asked.getRequestBody().readAllBytes();
                    boolean head = asked.getRequestMethod().equals("HEAD");
                    asked.sendResponseHeaders(200, head ? -1 : page.length);
                    if (!head) {
                        asked.getResponseBody().write(page);
                    }
                    asked.close();
                });
        login.start();
        String uri =
                "s3://bucket/p?region=us-east-1&pathStyle=true&endpoint=http://127.0.0.1:"
                        + login.getAddress().getPort();
        try (ObjectStore store = BucketUri.parse(uri).open()) {
            assertThatThrownBy(() -> store.list("", "").count())
                    .isInstanceOf(UnreachableException.class)
                    .hasMessageContaining("something else than a listing");
            assertThatThrownBy(() -> store.folders("")).isInstanceOf(UnreachableException.class);
            assertThatThrownBy(() -> store.put("k", Body.of(random(10))))
                    .isInstanceOf(UnreachableException.class)
                    .hasMessageContaining("without an ETag");
            assertThatThrownBy(() -> store.head("k"))
                    .isInstanceOf(UnreachableException.class)
                    .hasMessageContaining("without a length");
        } finally {
            login.stop(0);
        }
    }

    @Test
    void aSlowAnswerIsWaitedFor() {
        try (ObjectStore store = newStore()) {
            store.put("k", Body.of(random(10)));
            server.faults().next(1, new HttpFault.Late(Duration.ofSeconds(1)));

            assertThat(store.head("k")).isPresent();
        }
    }

    @Test
    void anAnswerThatDripsIsAskedForAgain() {
        try (ObjectStore patient = newStore();
                ObjectStore store = impatient()) {
            byte[] bytes = random(40_000);
            patient.put("k", Body.of(bytes));
            server.faults().next(1, "GET", "k", new HttpFault.Dripped(0, 20));

            assertThat(store.readWhole("k", 50_000)).isEqualTo(bytes);

            assertThat(server.faults().injected()).isPositive();
            assertThat(told()).containsExactly("read object k|1 of 6|given up: it did not answer");
        }
    }

    @Test
    void aListingThatDripsIsAskedForAgain() {
        try (ObjectStore patient = newStore();
                ObjectStore store = impatient()) {
            for (int i = 0; i < 40; i++) {
                patient.put("some/longer/name/of/an/object/" + i, Body.of(random(1)));
            }
            server.faults().next(1, "GET", "list-type", new HttpFault.Dripped(2_000, 100));

            try (Stream<StoredObject> listed = store.list("some/", "")) {
                assertThat(listed).hasSize(40);
            }
            assertThat(told()).hasSize(1).first().asString().contains("given up: it sent");
        }
    }

    @Test
    void aSlowAnswerThatMovesIsNotGivenUp() {
        try (ObjectStore patient = newStore();
                ObjectStore store = impatient()) {
            byte[] bytes = random(30_000);
            patient.put("k", Body.of(bytes));
            server.faults().next(1, "GET", "k", new HttpFault.Dripped(0, 20_000));

            assertThat(store.readWhole("k", 50_000)).isEqualTo(bytes);

            assertThat(told()).isEmpty();
        }
    }

    /** The system's buffers take the first megabytes; then writing blocks, without a limit. */
    @Test
    void anUploadThatTheServerTakesNoMoreOfIsRepeated() {
        try (ObjectStore patient = newStore();
                ObjectStore store = impatient()) {
            patient.put("first", Body.of(random(1)));
            server.faults().next(1, "PUT", "large", new HttpFault.Slow(20));
            byte[] bytes = random(16 << 20);

            assertThat(store.put("large", Body.of(bytes))).isEqualTo(PutOutcome.CREATED);

            assertThat(store.head("large").orElseThrow().sizeBytes()).isEqualTo(bytes.length);
            assertThat(told()).hasSize(1).first().asString().contains("given up: it took");
        }
    }

    @Test
    void aServerThatOnlyDripsIsUnreachableAndSaysSo() {
        try (ObjectStore patient = newStore();
                ObjectStore store = impatient()) {
            patient.put("k", Body.of(random(10)));
            server.faults().next(6, "GET", "k", new HttpFault.Dripped(0, 20));

            assertThatThrownBy(() -> store.read("k", 0, 10))
                    .isInstanceOf(UnreachableException.class)
                    .hasMessageContaining("read object k")
                    .hasMessageContaining("it did not answer for")
                    .hasMessageContaining("timeout=");
            assertThat(told()).hasSize(5);
        }
    }

    /** Gives up after 200 ms. */
    private ObjectStore impatient() {
        BucketUri.S3 place = (BucketUri.S3) BucketUri.parse(uri(BUCKET));
        return new S3ObjectStore(
                new BucketUri.S3(
                        place.bucket(),
                        place.prefix(),
                        place.endpoint(),
                        place.region(),
                        place.pathStyle(),
                        Duration.ofMillis(200)));
    }

    /** What the log says of requests tried again: request, attempt, error up to its figures. */
    private List<String> told() {
        return log.list.stream()
                .map(
                        event -> {
                            Map<String, String> values = new HashMap<>();
                            event.getKeyValuePairs()
                                    .forEach(pair -> values.put(pair.key, pair.value.toString()));
                            assertThat(values).containsKeys("bucket", "nextIn");
                            return values.get("request")
                                    + "|"
                                    + values.get("attempt")
                                    + "|"
                                    + values.get("error").replaceAll(" for .*| \\d.*", "");
                        })
                .toList();
    }

    @Test
    void anAbsentBucketIsNamed() {
        try (ObjectStore store = BucketUri.parse(uri("no-such-bucket")).open()) {
            assertThatThrownBy(() -> store.put("k", Body.of(random(10))))
                    .isInstanceOf(UnreachableException.class)
                    .hasMessageContaining("There is no bucket no-such-bucket");
            assertThatThrownBy(() -> store.folders("")).isInstanceOf(UnreachableException.class);
        }
    }

    @Test
    void wrongCredentialsAreNamedWithoutBeingShown() {
        System.setProperty("aws.secretAccessKey", "wrong-secret-0123456789");
        try (ObjectStore store = newStore()) {
            assertThatThrownBy(() -> store.put("k", Body.of(random(10))))
                    .isInstanceOf(UnreachableException.class)
                    .hasMessageContaining("credentials are wrong")
                    .hasMessageNotContaining("wrong-secret");
        } finally {
            System.setProperty("aws.secretAccessKey", EmbeddedS3.SECRET_KEY);
        }
    }

    @Test
    void aServerThatIsNotThereIsUnreachable() {
        String nowhere = "s3://b/?endpoint=http://127.0.0.1:1&region=us-east-1&pathStyle=true";
        try (ObjectStore store = BucketUri.parse(nowhere).open()) {
            assertThatThrownBy(() -> store.head("k"))
                    .isInstanceOf(UnreachableException.class)
                    .hasMessageContaining("endpoint is right and reachable");
        }
    }
}
