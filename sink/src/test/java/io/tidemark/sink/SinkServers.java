package io.tidemark.sink;

import io.tidemark.embedded.kafka.EmbeddedKafka;
import io.tidemark.embedded.registry.EmbeddedRegistry;
import io.tidemark.embedded.s3.EmbeddedS3;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.registry.ConfluentRestRegistry;
import io.tidemark.schemas.registry.RegistryConfig;
import io.tidemark.schemas.registry.SchemaRegistry;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** A broker, a schema registry and an S3 server with one bucket, for whole workers. */
final class SinkServers implements AutoCloseable {
    private static final Map<String, String> QUICK_GROUPS =
            Map.of(
                    "message.max.bytes", "18874368",
                    "group.min.session.timeout.ms", "500",
                    "group.initial.rebalance.delay.ms", "0");
    private final Path folder;
    private final EmbeddedKafka kafka;
    private final EmbeddedRegistry registryServer;
    private final EmbeddedS3 s3;
    private final SchemaRegistry registry;

    SinkServers(Path folder) {
        this.folder = folder;
        System.setProperty("aws.accessKeyId", EmbeddedS3.ACCESS_KEY);
        System.setProperty("aws.secretAccessKey", EmbeddedS3.SECRET_KEY);
        kafka = new EmbeddedKafka(folder.resolve("kafka"), 1, QUICK_GROUPS).start();
        registryServer = EmbeddedRegistry.inMemory().start();
        s3 = EmbeddedS3.withFaultsIn(folder.resolve("s3")).start();
        s3.createBucket("archive");
        registry = new ConfluentRestRegistry(RegistryConfig.of(registryServer.url()));
    }

    EmbeddedKafka kafka() {
        return kafka;
    }

    EmbeddedS3 s3() {
        return s3;
    }

    SchemaRegistry registry() {
        return registry;
    }

    String bucket() {
        return "s3://archive/x?endpoint=" + s3.endpoint() + "&region=us-east-1&pathStyle=true";
    }

    /** Of a worker with small slices, as an operator would write them. */
    Map<String, String> settings(ClusterName cluster, Map<String, String> more) {
        Map<String, String> settings = new HashMap<>();
        settings.put("cluster", cluster.value());
        settings.put("bucket", bucket());
        settings.put("registry.urls", registryServer.url().toString());
        settings.put("kafka.bootstrap.servers", kafka.bootstrapServers());
        settings.put("slice.max.bytes", "1MiB");
        settings.put("slice.max.idle", "1s");
        settings.put("spill.dir", folder.resolve("spill").toString());
        settings.putAll(more);
        return settings;
    }

    @Override
    public void close() {
        s3.close();
        registryServer.close();
        kafka.close();
        System.clearProperty("aws.accessKeyId");
        System.clearProperty("aws.secretAccessKey");
    }
}
