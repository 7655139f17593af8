package io.tidemark.storage.object;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class S3ObjectStoreTest extends ObjectStoreContract {
    private static final String BUCKET = "archive";
    @TempDir static Path folder;
    private static EmbeddedS3 server;
    private static int places;
    private String prefix;

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
