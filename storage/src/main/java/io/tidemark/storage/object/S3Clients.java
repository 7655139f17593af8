package io.tidemark.storage.object;

import java.time.Duration;
import java.util.function.IntConsumer;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.StandardRetryStrategy;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** How the SDK's client is set up. */
final class S3Clients {
    private static final int CONFLICT = 409;
    private static final int ATTEMPTS = 6;
    private static final int CONNECTIONS = 64;

    /** More than a watch waits for what the system has still to send. */
    private static final Duration ANSWER_AFTER_UPLOAD = Duration.ofMinutes(2);

    private S3Clients() {}

    static S3Client connect(BucketUri.S3 place, IntConsumer told) {
        S3ClientBuilder builder =
                S3Client.builder()
                        .forcePathStyle(place.pathStyle())
                        .httpClientBuilder(
                                WatchedHttpClient.over(
                                        Apache5HttpClient.builder()
                                                .maxConnections(CONNECTIONS)
                                                .connectionTimeout(Duration.ofSeconds(5))
                                                // The watch gives up before, and says why.
                                                .socketTimeout(
                                                        place.timeout().plus(ANSWER_AFTER_UPLOAD)),
                                        place.timeout()))
                        .overrideConfiguration(
                                c ->
                                        c.retryStrategy(new ToldRetries(retries(), place))
                                                .addMetricPublisher(new RetryCount(told)));
        place.endpoint().ifPresent(builder::endpointOverride);
        if (place.region().isPresent()) {
            builder.region(Region.of(place.region().get()));
        } else if (place.endpoint().isPresent()) {
            // Servers other than AWS's sign with any region; without one the SDK refuses to start.
            builder.region(Region.US_EAST_1);
        }
        return builder.build();
    }

    /** 409: another create of the same key was under way (S3 API, "Conditional writes"). */
    private static StandardRetryStrategy retries() {
        return AwsRetryStrategy.standardRetryStrategy().toBuilder()
                .maxAttempts(ATTEMPTS)
                .retryOnException(e -> e instanceof S3Exception s3 && s3.statusCode() == CONFLICT)
                .retryOnException(e -> StalledRequestException.in(e).isPresent())
                .build();
    }
}
