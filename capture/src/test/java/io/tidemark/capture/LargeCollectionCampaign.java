package io.tidemark.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import io.tidemark.embedded.mongo.WriteContext;
import io.tidemark.embedded.process.ForkedJvm;
import io.tidemark.embedded.s3.EmbeddedS3;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.storage.base.BaseCollection;
import io.tidemark.storage.base.BaseManifest;
import io.tidemark.storage.base.BaseReader;
import io.tidemark.storage.catalogue.Catalogue;
import io.tidemark.storage.frames.FrameKeys;
import io.tidemark.storage.object.BucketUri;
import io.tidemark.storage.object.ObjectStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.bson.BsonBinary;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.RawBsonDocument;
import org.bson.codecs.BsonDocumentCodec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A collection of many GiB, written into an S3 bucket by an agent with a heap of 256 MiB, and read
 * back. No part of the build: {@code capture/campaign.sh} runs it. Its source keeps everything on
 * the heap of this process.
 */
class LargeCollectionCampaign {
    private static final long GIB = 1L << 30;
    private static final int PLAIN = 4_000;
    private static final int GREAT = 15 << 20;

    /** One document in so many is a great one. */
    private static final int SELDOM = 20_000;

    private static final int AT_ONCE = 2_000;
    private static final String CLUSTER = "large";
    private final long wanted = Long.getLong("tidemark.gib", 4) * GIB;
    @TempDir private Path directory;
    private long documents;
    private long bytes;
    private long checksum;

    @Test
    void passesThroughAnAgentWithASmallHeapIntoS3() throws Exception {
        System.setProperty("aws.accessKeyId", EmbeddedS3.ACCESS_KEY);
        System.setProperty("aws.secretAccessKey", EmbeddedS3.SECRET_KEY);
        try (EmbeddedS3 s3 = EmbeddedS3.in(directory.resolve("s3")).start();
                Platform platform = new Platform(directory.resolve("platform"));
                SimulatedReplicaSet source =
                        SimulatedReplicaSet.builder("rs0")
                                .newestOnly()
                                .oplogMaxBytes(64L << 20)
                                .members(1)
                                .start()) {
            s3.createBucket("bases");
            fill(source);
            String bucket =
                    "s3://bases/large?endpoint="
                            + s3.endpoint()
                            + "&region="
                            + EmbeddedS3.REGION
                            + "&pathStyle=true";
            try (ForkedJvm agent = start(platform, source, bucket);
                    ObjectStore store = BucketUri.parse(bucket).open()) {
                agent.awaitReady(Duration.ofSeconds(60));
                long begun = System.nanoTime();
                platform.askForSnapshot(CLUSTER);
                Catalogue catalogue = new Catalogue(store, new ClusterName(CLUSTER));
                await().atMost(Duration.ofHours(2))
                        .pollInterval(Duration.ofSeconds(1))
                        .until(
                                () -> {
                                    agent.requireAlive();
                                    return !catalogue.bases().isEmpty();
                                });
                double seconds = (System.nanoTime() - begun) / 1e9;
                System.out.printf(
                        "%,d documents, %,d bytes of BSON in %.1f s (%.1f MiB/s); the agent with"
                                + " -Xmx256m took %,d KiB of memory at most%n",
                        documents, bytes, seconds, bytes / seconds / (1 << 20), peakKib(agent));
                requireSame(store, BaseManifest.read(store, catalogue.bases().get(0)));
            }
        }
    }

    /** Half of each document can't be compressed. */
    private void fill(SimulatedReplicaSet source) {
        Random random = new Random(7);
        byte[] great = new byte[GREAT];
        random.nextBytes(great);
        List<BsonDocument> some = new ArrayList<>();
        while (bytes < wanted) {
            byte[] content = documents % SELDOM == 0 ? great.clone() : new byte[PLAIN];
            byte[] half = new byte[PLAIN / 2];
            random.nextBytes(half);
            System.arraycopy(half, 0, content, 0, half.length);
            RawBsonDocument document =
                    new RawBsonDocument(
                            new BsonDocument("_id", new BsonInt64(documents))
                                    .append("content", new BsonBinary(content)),
                            new BsonDocumentCodec());
            byte[] raw = new byte[document.getByteBuffer().remaining()];
            document.getByteBuffer().get(raw);
            count(raw);
            some.add(document);
            if (some.size() == AT_ONCE || bytes >= wanted) {
                source.primary().insert("large.documents", some, WriteContext.plain());
                some.clear();
            }
        }
    }

    private void count(byte[] raw) {
        documents++;
        bytes += raw.length;
        // The same for every order.
        checksum += Arrays.hashCode(raw) * 0x9E3779B97F4A7C15L;
    }

    private ForkedJvm start(Platform platform, SimulatedReplicaSet source, String bucket)
            throws IOException {
        Map<String, String> settings = platform.settings(CLUSTER, source.uri());
        settings.put("bucket", bucket);
        settings.put("snapshot.schedule", "none");
        return platform.smallAgent(
                settings,
                Map.of(
                        "AWS_ACCESS_KEY_ID",
                        EmbeddedS3.ACCESS_KEY,
                        "AWS_SECRET_ACCESS_KEY",
                        EmbeddedS3.SECRET_KEY),
                directory.resolve("agent.log"));
    }

    private static long peakKib(ForkedJvm agent) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + agent.pid() + "/status")).stream()
                .filter(line -> line.startsWith("VmHWM:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElse(0);
    }

    private void requireSame(ObjectStore store, BaseManifest base) {
        LargeCollectionCampaign read = new LargeCollectionCampaign();
        for (BaseCollection collection : base.collections()) {
            if (collection.namespace().toString().equals("large.documents")) {
                System.out.println(collection.parts().size() + " parts; reading them back");
                Iterator<RawDocument> all =
                        new BaseReader(store, FrameKeys.NONE).documents(base, collection);
                all.forEachRemaining(document -> read.count(document.toBytes()));
            }
        }
        assertThat(List.of(read.documents, read.bytes, read.checksum))
                .isEqualTo(List.of(documents, bytes, checksum));
    }
}
