package io.tidemark.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tidemark.embedded.s3.EmbeddedS3;
import io.tidemark.embedded.s3.HttpFault;
import io.tidemark.schemas.avro.ArchiveProgress;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.storage.catalogue.Catalogue;
import io.tidemark.storage.object.BucketUri;
import io.tidemark.storage.object.ObjectStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole sink over a real broker, registry and S3 server. */
final class SinkKafkaTest {
    private static final int KILLS = Integer.getInteger("tidemark.test.kills", 20);
    private static final int BIG = 16 * 1024 * 1024 + 15 * 1024;
    private static final ReplicaSet RS0 = new ReplicaSet("rs0");

    @TempDir static Path folder;
    private static SinkServers servers;
    private static int clusters;
    private SinkCluster cluster;

    @BeforeAll
    static void startServers() {
        servers = new SinkServers(folder);
    }

    @AfterAll
    static void stopServers() {
        servers.close();
    }

    @BeforeEach
    void newCluster() {
        clusters++;
        cluster = new SinkCluster(servers, "c" + clusters);
        servers.s3().faults().clear();
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    @Test
    void archivesWhatIsCommittedAndNothingElseAndTellsHowFar() throws Exception {
        OplogScript script = new OplogScript(1).start().some(300, 5_000);
        OplogScript aborted = new OplogScript(2).some(50, 1_000);
        cluster.source.createTopic(cluster.topic(RS0));
        cluster.source.publishAndAbort(cluster.topic(RS0), aborted.records());
        cluster.source.publish(cluster.topic(RS0), script.records(), 37);
        cluster.source.publishAndAbort(cluster.topic(RS0), aborted.records());

        runUntilHolds(script, Map.of());

        cluster.assertHolds(RS0, script);
        ArchiveProgress last = cluster.progress();
        assertThat(last.getSeconds()).isEqualTo(script.now().seconds());
        assertThat(last.getIncrement()).isEqualTo(script.now().increment());
        assertThat(cluster.store.head(last.getObjectKey())).isPresent();
    }

    @Test
    void outagesOfTheStoreThatTheSdkRidesOutAreNotSeen() throws Exception {
        OplogScript script = new OplogScript(3).start().some(400, 9_000);
        cluster.source.createTopic(cluster.topic(RS0));
        cluster.source.publish(cluster.topic(RS0), script.records(), 100);
        servers.s3().faults().next(2, "PUT", "slice", new HttpFault.Refused(503));
        servers.s3().faults().next(1, "PUT", "slice", new HttpFault.AnswerLost());
        servers.s3().faults().next(1, "PUT", "slice", new HttpFault.CutInBody(20_000));
        servers.s3().faults().next(1, "GET", "", new HttpFault.Refused(500));

        runUntilHolds(script, Map.of());

        cluster.assertHolds(RS0, script);
        assertThat(servers.s3().faults().injected()).isGreaterThanOrEqualTo(4);
    }

    @Test
    void topicsMadeWhileTheWorkerRunsAreArchived() throws Exception {
        OplogScript one = new OplogScript(4).start().some(50, 500);
        OplogScript two = new OplogScript(5).start().some(50, 500);
        ReplicaSet rs1 = new ReplicaSet("rs1");
        cluster.source.createTopic(cluster.topic(RS0));
        cluster.source.publish(cluster.topic(RS0), one.records(), 100);
        try (SinkCluster.Running sink = cluster.run(Map.of("kafka.metadata.max.age.ms", "500"))) {
            sink.awaitHolds(RS0, one);
            cluster.source.createTopic(cluster.topic(rs1));
            cluster.source.publish(cluster.topic(rs1), two.records(), 100);
            sink.awaitHolds(rs1, two);
        }
        cluster.assertHolds(RS0, one);
        cluster.assertHolds(rs1, two);
    }

    @Test
    void aStaticMemberFindsTheTopicsThatWereMadeWhileItWasAway() throws Exception {
        OplogScript one = new OplogScript(7).start().some(50, 500);
        OplogScript two = new OplogScript(8).start().some(50, 500);
        ReplicaSet rs1 = new ReplicaSet("rs1");
        Map<String, String> member = Map.of("kafka.group.instance.id", "one");
        cluster.source.createTopic(cluster.topic(RS0));
        cluster.source.publish(cluster.topic(RS0), one.records(), 100);
        try (SinkCluster.Running sink = cluster.run(member)) {
            sink.awaitHolds(RS0, one);
        }
        cluster.source.createTopic(cluster.topic(rs1));
        cluster.source.publish(cluster.topic(rs1), two.records(), 100);
        try (SinkCluster.Running sink = cluster.run(member)) {
            sink.awaitHolds(rs1, two);
        }
        cluster.assertHolds(RS0, one);
        cluster.assertHolds(rs1, two);
    }

    @Test
    void aTopicDeletedAndMadeAnewGoesOnWhereTheBucketEnds() throws Exception {
        OplogScript script = new OplogScript(6).start().some(200, 3_000);
        cluster.source.createTopic(cluster.topic(RS0));
        cluster.source.publish(cluster.topic(RS0), script.records(), 100);
        try (SinkCluster.Running sink = cluster.run(Map.of("kafka.metadata.max.age.ms", "500"))) {
            sink.awaitHolds(RS0, script);
            cluster.source.deleteTopic(cluster.topic(RS0));
            await().atMost(SinkCluster.PATIENCE)
                    .ignoreExceptions()
                    .until(
                            () -> {
                                cluster.source.createTopic(cluster.topic(RS0));
                                return true;
                            });
            script.some(300, 3_000);
            cluster.source.publish(cluster.topic(RS0), script.records(), 100);
            sink.awaitHolds(RS0, script);
        }
        cluster.assertHolds(RS0, script);
    }

    @Test
    void twoWorkersShareTheTopicsAndHandThemOver() throws Exception {
        Map<ReplicaSet, OplogScript> scripts = new HashMap<>();
        for (int i = 0; i < 4; i++) {
            ReplicaSet set = new ReplicaSet("rs" + i);
            scripts.put(set, new OplogScript(10 + i).start().some(150, 2_000));
            cluster.source.createTopic(cluster.topic(set));
            cluster.source.publish(cluster.topic(set), scripts.get(set).records(), 50);
        }
        try (SinkCluster.Running first = cluster.run(Map.of())) {
            first.awaitHolds(RS0, scripts.get(RS0));
            try (SinkCluster.Running second = cluster.run(Map.of())) {
                for (Map.Entry<ReplicaSet, OplogScript> each : scripts.entrySet()) {
                    OplogScript script = each.getValue();
                    int published = script.records().size();
                    script.some(150, 2_000);
                    cluster.source.publish(
                            cluster.topic(each.getKey()),
                            script.records().subList(published, script.records().size()),
                            50);
                }
                for (Map.Entry<ReplicaSet, OplogScript> each : scripts.entrySet()) {
                    second.awaitHolds(each.getKey(), each.getValue());
                }
            }
        }
        scripts.forEach(cluster::assertHolds);
    }

    /** How fast is not asked: a busy machine may take minutes, as long as it goes on. */
    @Test
    void killedAtAnyPointTheNextProcessLosesNothingAndRepeatsNothing() throws Exception {
        long seed = Long.getLong("tidemark.test.seed", 20);
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        OplogScript script = new OplogScript(seed).start();
        cluster.source.createTopic(cluster.topic(RS0));
        int published = 0;
        for (int kill = 0; kill < KILLS; kill++) {
            script.some(400, 40_000);
            cluster.source.publish(
                    cluster.topic(RS0),
                    script.records().subList(published, script.records().size()),
                    1 + random.nextInt(100));
            published = script.records().size();
            int before = cluster.archive.ranges(RS0).size();
            try (SinkProcess sink = SinkProcess.start(folder, settings(fork()), forkOptions())) {
                // Half of them die early, at any point of start and resume; half while putting.
                if (random.nextBoolean()) {
                    Thread.sleep(300 + random.nextInt(1_500));
                } else {
                    sink.awaitWhileItGoesOn(
                            () -> 0,
                            () -> cluster.archive.ranges(RS0).size() > before,
                            () -> "slice beyond the " + before + " there were");
                    Thread.sleep(random.nextInt(150));
                }
                assertThat(sink.isAlive()).as(sink.log()).isTrue();
                sink.kill();
            }
        }

        ClusterTime last = script.noop().now();
        // Its entry cuts the slice before it by the rule; the end of the process cuts the last one,
        // which then holds nothing else.
        script.pause(3_600).noop();
        cluster.source.publish(
                cluster.topic(RS0),
                script.records().subList(published, script.records().size()),
                100);
        archiveThrough(last, cluster.archive, settings(fork()));

        cluster.assertHolds(RS0, script);
        assertSameAsOneWhoNeverDied(last);
    }

    /** Reads the topic again into another bucket, in one go, and compares every object. */
    private void assertSameAsOneWhoNeverDied(ClusterTime last) throws Exception {
        Map<String, String> other = settings(fork());
        other.put("bucket", "file:" + folder.resolve("reference"));
        try (ObjectStore reference = BucketUri.parse(other.get("bucket")).open()) {
            Archive whole = new Archive(reference, cluster.name);
            archiveThrough(last, whole, other);
            whole.assertSameAs(cluster.archive);
        }
    }

    /** A process that ends, as it is asked to, after it has put the slice that ends there. */
    private void archiveThrough(ClusterTime last, Archive into, Map<String, String> settings)
            throws Exception {
        try (SinkProcess sink = SinkProcess.start(folder, settings, forkOptions())) {
            sink.awaitWhileItGoesOn(
                    () -> into.ranges(RS0).size(),
                    () ->
                            into.ranges(RS0).stream()
                                    .anyMatch(key -> Catalogue.through(key).equals(last)),
                    () -> "slice through " + last + "; there is " + into.ranges(RS0));
            assertThat(sink.stop()).as(sink.log()).isEqualTo(143);
        }
    }

    @Test
    void entriesOfSixteenMebibytesFitIn256MebibytesOfHeap() throws Exception {
        Map<ReplicaSet, OplogScript> scripts = new HashMap<>();
        for (int i = 0; i < 4; i++) {
            ReplicaSet set = new ReplicaSet("big" + i);
            OplogScript script = new OplogScript(30 + i).start().some(200, 20_000);
            script.insert(BIG).some(50, 20_000).insert(BIG).insert(BIG).some(200, 20_000);
            scripts.put(set, script);
            cluster.source.createTopic(cluster.topic(set));
            cluster.source.publish(cluster.topic(set), script.records(), 10);
        }
        Map<String, String> settings = settings(Map.of("slice.max.bytes", "32MiB"));

        try (SinkProcess sink = SinkProcess.start(folder, settings, withCredentials("-Xmx256m"))) {
            await().atMost(SinkCluster.PATIENCE)
                    .pollInterval(Duration.ofSeconds(1))
                    .until(
                            () ->
                                    !sink.isAlive()
                                            || scripts.entrySet().stream()
                                                    .allMatch(
                                                            e ->
                                                                    cluster.holds(
                                                                            e.getKey(),
                                                                            e.getValue())));
            assertThat(sink.isAlive()).as(sink.log()).isTrue();
            sink.stop();
        }
        scripts.forEach(cluster::assertHolds);
    }

    private Map<String, String> settings(Map<String, String> more) {
        return servers.settings(cluster.name, more);
    }

    /**
     * A static member: the next process is given its topics without waiting for the dead one. A
     * busy machine must not cost it its topics in between: that would end a slice by the clock.
     */
    private Map<String, String> fork() {
        return Map.of(
                "kafka.group.instance.id", "one",
                "kafka.session.timeout.ms", "300000",
                "slice.max.idle", "1h",
                // About as many slices end by their time as by their size.
                "slice.max.time", "2m");
    }

    private static String[] forkOptions() {
        return withCredentials("-Xmx256m");
    }

    private static String[] withCredentials(String heap) {
        return new String[] {
            heap,
            "-Daws.accessKeyId=" + EmbeddedS3.ACCESS_KEY,
            "-Daws.secretAccessKey=" + EmbeddedS3.SECRET_KEY
        };
    }

    private void runUntilHolds(OplogScript script, Map<String, String> more) throws Exception {
        try (SinkCluster.Running sink = cluster.run(more)) {
            sink.awaitHolds(RS0, script);
        }
    }
}
