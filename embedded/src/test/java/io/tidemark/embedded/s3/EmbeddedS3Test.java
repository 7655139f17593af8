package io.tidemark.embedded.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.DefaultRetryStrategy;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

class EmbeddedS3Test {
    private static final String BUCKET = "archive";

    @TempDir Path directory;

    @Test
    void keepsObjectsAndAddressOverARestart() {
        URI endpoint;
        long began = System.nanoTime();
        try (EmbeddedS3 s3 = EmbeddedS3.in(directory).start()) {
            System.err.printf("S3 start: %d ms%n", (System.nanoTime() - began) / 1_000_000);
            endpoint = s3.endpoint();
            s3.createBucket(BUCKET);
            try (S3Client client = client(endpoint)) {
                put(client, "a/1", bytes(100_000, 1));
                s3.restart();
            }
            try (S3Client client = client(endpoint)) {
                assertThat(get(client, "a/1")).isEqualTo(bytes(100_000, 1));
            }
        }
        try (EmbeddedS3 s3 = EmbeddedS3.in(directory).start();
                S3Client client = client(endpoint)) {
            assertThat(s3.endpoint()).isEqualTo(endpoint);
            assertThat(client.listObjectsV2(r -> r.bucket(BUCKET)).contents())
                    .extracting(S3Object::key)
                    .containsExactly("a/1");
        }
    }

    @Test
    void ofManyCreateOnlyPutsOfOneKeyExactlyOneWins() throws Exception {
        try (EmbeddedS3 s3 = EmbeddedS3.in(directory).start();
                S3Client client = client(s3.endpoint())) {
            s3.createBucket(BUCKET);
            AtomicInteger winners = new AtomicInteger();
            AtomicInteger losers = new AtomicInteger();
            CountDownLatch go = new CountDownLatch(1);
            Thread[] writers =
                    IntStream.range(0, 8)
                            .mapToObj(i -> new Thread(() -> race(client, i, go, winners, losers)))
                            .toArray(Thread[]::new);
            for (Thread writer : writers) {
                writer.start();
            }
            go.countDown();
            for (Thread writer : writers) {
                writer.join();
            }
            assertThat(winners).hasValue(1);
            assertThat(losers).hasValue(7);
        }
    }

    @Test
    void refusesWrongCredentials() {
        try (EmbeddedS3 s3 = EmbeddedS3.in(directory).start();
                S3Client client = client(s3.endpoint(), "wrong")) {
            s3.createBucket(BUCKET);
            assertThatThrownBy(() -> put(client, "a", new byte[1]))
                    .isInstanceOfSatisfying(
                            S3Exception.class, e -> assertThat(e.statusCode()).isEqualTo(403));
        }
    }

    @Test
    void refusesAsManyRequestsAsAskedFor() {
        try (EmbeddedS3 s3 = faulty();
                S3Client client = client(s3.endpoint())) {
            s3.faults().next(2, "PUT", "a/", new HttpFault.Refused(503));
            assertThatThrownBy(() -> put(client, "a/1", bytes(5_000_000, 2)))
                    .isInstanceOfSatisfying(
                            S3Exception.class, e -> assertThat(e.statusCode()).isEqualTo(503));
            put(client, "b/1", bytes(10, 3));
            assertThatThrownBy(() -> put(client, "a/1", bytes(10, 2)))
                    .isInstanceOf(S3Exception.class);
            put(client, "a/1", bytes(5_000_000, 2));
            assertThat(get(client, "a/1")).isEqualTo(bytes(5_000_000, 2));
            assertThat(s3.faults().injected()).isEqualTo(2);
        }
    }

    @Test
    void aPutThatIsCutOffLeavesNothingUnderItsKey() {
        try (EmbeddedS3 s3 = faulty();
                S3Client client = client(s3.endpoint())) {
            s3.faults().next(1, "PUT", "", new HttpFault.CutInBody(1_000_000));
            assertThatThrownBy(() -> put(client, "a/1", bytes(5_000_000, 4)))
                    .isInstanceOf(SdkClientException.class);
            assertThatThrownBy(() -> get(client, "a/1"))
                    .isInstanceOfSatisfying(
                            S3Exception.class, e -> assertThat(e.statusCode()).isEqualTo(404));
            put(client, "a/1", bytes(5_000_000, 4));
            assertThat(get(client, "a/1")).isEqualTo(bytes(5_000_000, 4));
        }
    }

    @Test
    void aPutWhoseAnswerIsLostHasHappened() {
        try (EmbeddedS3 s3 = faulty();
                S3Client client = client(s3.endpoint())) {
            s3.faults().next(1, "PUT", "", new HttpFault.AnswerLost());
            assertThatThrownBy(() -> put(client, "a/1", bytes(3_000_000, 5)))
                    .isInstanceOf(SdkClientException.class);
            assertThat(get(client, "a/1")).isEqualTo(bytes(3_000_000, 5));
        }
    }

    @Test
    void slowAndLateRequestsTakeTheirTimeAndArriveWhole() {
        try (EmbeddedS3 s3 = faulty();
                S3Client client = client(s3.endpoint())) {
            s3.faults().next(1, "PUT", "", new HttpFault.Slow(1_000_000));
            s3.faults().next(1, "GET", "", new HttpFault.Late(Duration.ofMillis(300)));
            long began = System.nanoTime();
            put(client, "a/1", bytes(500_000, 6));
            assertThat(Duration.ofNanos(System.nanoTime() - began))
                    .isGreaterThan(Duration.ofMillis(400));
            began = System.nanoTime();
            assertThat(get(client, "a/1")).isEqualTo(bytes(500_000, 6));
            assertThat(Duration.ofNanos(System.nanoTime() - began))
                    .isGreaterThan(Duration.ofMillis(300));
        }
    }

    @Test
    void aRequestIsHeldBackUntilItIsReleased() throws Exception {
        try (EmbeddedS3 s3 = faulty();
                S3Client client = client(s3.endpoint())) {
            CountDownLatch released = new CountDownLatch(1);
            s3.faults().next(1, "PUT", "", new HttpFault.Held(released));
            Thread putting = new Thread(() -> put(client, "a/1", bytes(10, 9)));
            putting.start();
            putting.join(200);
            assertThat(putting.isAlive()).isTrue();
            assertThat(s3.file(BUCKET, "a/1")).doesNotExist();
            released.countDown();
            putting.join();
            assertThat(get(client, "a/1")).isEqualTo(bytes(10, 9));
        }
    }

    @Test
    void isSilentWhileStopped() {
        try (EmbeddedS3 s3 = faulty();
                S3Client client = client(s3.endpoint())) {
            put(client, "a/1", bytes(10, 7));
            s3.stop();
            assertThatThrownBy(() -> get(client, "a/1")).isInstanceOf(SdkClientException.class);
            s3.start();
            assertThat(client.listObjectsV2(r -> r.bucket(BUCKET)).contents()).hasSize(1);
        }
    }

    @Test
    void showsWhereAnObjectLies() throws Exception {
        try (EmbeddedS3 s3 = EmbeddedS3.in(directory).start();
                S3Client client = client(s3.endpoint())) {
            s3.createBucket(BUCKET);
            put(client, "a/b/1", bytes(10, 8));
            assertThat(Files.readAllBytes(s3.file(BUCKET, "a/b/1"))).isEqualTo(bytes(10, 8));
        }
    }

    private EmbeddedS3 faulty() {
        EmbeddedS3 s3 = EmbeddedS3.withFaultsIn(directory).start();
        s3.createBucket(BUCKET);
        return s3;
    }

    private static void race(
            S3Client client, int seed, CountDownLatch go, AtomicInteger won, AtomicInteger lost) {
        try {
            go.await();
            client.putObject(
                    r -> r.bucket(BUCKET).key("contested").ifNoneMatch("*"),
                    RequestBody.fromBytes(bytes(2_000_000, seed)));
            won.incrementAndGet();
        } catch (S3Exception e) {
            assertThat(e.statusCode()).isIn(409, 412);
            lost.incrementAndGet();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static S3Client client(URI endpoint) {
        return client(endpoint, EmbeddedS3.SECRET_KEY);
    }

    private static S3Client client(URI endpoint, String secret) {
        return S3Client.builder()
                .endpointOverride(endpoint)
                .region(Region.of(EmbeddedS3.REGION))
                .forcePathStyle(true)
                .credentialsProvider(
                        StaticCredentialsProvider.create(
                                AwsBasicCredentials.create(EmbeddedS3.ACCESS_KEY, secret)))
                .overrideConfiguration(c -> c.retryStrategy(DefaultRetryStrategy.doNotRetry()))
                .build();
    }

    private static void put(S3Client client, String key, byte[] body) {
        client.putObject(r -> r.bucket(BUCKET).key(key), RequestBody.fromBytes(body));
    }

    private static byte[] get(S3Client client, String key) {
        return client.getObjectAsBytes(r -> r.bucket(BUCKET).key(key)).asByteArray();
    }

    private static byte[] bytes(int size, long seed) {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }
}
