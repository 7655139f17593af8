package io.tidemark.cli.demo;

import io.tidemark.embedded.kafka.EmbeddedKafka;
import io.tidemark.embedded.registry.EmbeddedRegistry;
import io.tidemark.embedded.s3.EmbeddedS3;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;

/** What stands around Tidemark: Kafka, a schema registry, and S3, which outlives the other two. */
final class DemoServers implements AutoCloseable {
    private static final String BUCKET = "tidemark-demo";

    private final String bootstrapServers;
    private final Runnable stopKafka;
    private final EmbeddedRegistry registry;
    private final EmbeddedS3 s3;

    private DemoServers(
            String bootstrapServers, Runnable stopKafka, EmbeddedRegistry registry, EmbeddedS3 s3) {
        this.bootstrapServers = bootstrapServers;
        this.stopKafka = stopKafka;
        this.registry = registry;
        this.s3 = s3;
    }

    /** Starts them side by side: each takes a second or two. */
    static DemoServers start(Path folder) {
        CompletableFuture<EmbeddedKafka> starting =
                CompletableFuture.supplyAsync(
                        () -> new EmbeddedKafka(folder.resolve("kafka")).start());
        EmbeddedS3 s3 = startS3(folder);
        EmbeddedKafka kafka = starting.join();
        return new DemoServers(
                kafka.bootstrapServers(), kafka::close, EmbeddedRegistry.inMemory().start(), s3);
    }

    /** Around a broker that runs already; {@code stop} is called when the story loses it. */
    static DemoServers around(String bootstrapServers, Runnable stop, Path folder) {
        return new DemoServers(
                bootstrapServers, stop, EmbeddedRegistry.inMemory().start(), startS3(folder));
    }

    private static EmbeddedS3 startS3(Path folder) {
        // Where AWS's client looks; a demo's key is no secret.
        System.setProperty("aws.accessKeyId", EmbeddedS3.ACCESS_KEY);
        System.setProperty("aws.secretAccessKey", EmbeddedS3.SECRET_KEY);
        EmbeddedS3 s3 = EmbeddedS3.in(folder.resolve("s3")).start();
        s3.createBucket(BUCKET);
        return s3;
    }

    String kafka() {
        return bootstrapServers;
    }

    String registry() {
        return registry.url().toString();
    }

    /** As {@code --bucket} takes it. */
    String bucket() {
        return "s3://"
                + BUCKET
                + "/archive?endpoint="
                + s3.endpoint()
                + "&region="
                + EmbeddedS3.REGION
                + "&pathStyle=true";
    }

    /** From here on only the bucket is left. */
    void stopAllButTheBucket() {
        registry.close();
        stopKafka.run();
    }

    @Override
    public void close() {
        stopAllButTheBucket();
        s3.close();
    }
}
