package io.tidemark.cli.demo;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import io.tidemark.embedded.mongo.sharding.SimulatedCluster;
import io.tidemark.restore.Restore;
import io.tidemark.restore.RestoreException;
import io.tidemark.restore.RestoreProgress;
import io.tidemark.restore.RestoreRequest;
import io.tidemark.restore.report.RestoreReport;
import io.tidemark.restore.timeline.ClusterTimeline;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Counted;
import io.tidemark.storage.object.BucketUri;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.timeline.pair.PairingLimits;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * The story: a shop works on a sharded cluster while its oplogs are captured and archived; somebody
 * drops the orders; all that is left is the bucket; the cluster of the moment before is restored
 * into a new one and every document is compared.
 */
final class Demo {
    private static final ClusterName CLUSTER = new ClusterName("demo");

    /** Longer than the timeline waits for another shard to do the same. */
    private static final Duration UNTIL_SETTLED = PairingLimits.DEFAULT.settle().plusSeconds(2);

    /** Until everything is archived. */
    private static final Duration AFTER_THE_DROP = Duration.ofSeconds(8);

    private static final int TRANSFERS = 4;

    private final long seed;
    private final int shards;
    private final Path folder;
    private final Story story;
    private long clusterBegunNanos;

    Demo(long seed, int shards, Path folder, Story story) {
        this.seed = seed;
        this.shards = shards;
        this.folder = folder;
        this.story = story;
    }

    DemoResult run() throws Exception {
        story.chapter("1. A shop on a sharded cluster, and Tidemark beside it");
        return run(DemoServers.start(folder));
    }

    /** The same with servers that somebody else started; closes them. */
    DemoResult run(DemoServers started) throws Exception {
        try (DemoServers servers = started;
                SimulatedCluster source = sourceCluster();
                ObjectStore bucket = BucketUri.parse(servers.bucket()).open()) {
            story.line("Kafka, a schema registry and S3 run in this process");
            story.line(
                    "a simulated cluster of %d shards and config servers speaks MongoDB's protocol",
                    shards);
            long captured;
            LiveTimes live;
            try (Pipeline pipeline =
                    Pipeline.start(CLUSTER, source.config().uri(), servers, folder)) {
                story.line(
                        "capture tails every oplog, streams works out which times are safe, sink"
                                + " rolls slices into the bucket");
                Balancer balancer = work(source, pipeline);
                ClusterTime end = ClusterTime.of(source.noopEverywhere());
                pipeline.awaitArchived(bucket, end, shards + 1, balancer::step);
                story.line("everything until %s is in the bucket, the timeline too", end);
                live = pipeline.live().orElseThrow();
                live.tell(story);
                captured = pipeline.stop();
            }
            servers.stopAllButTheBucket();
            source.close();
            story.chapter(
                    "3. The cluster is lost; so are Kafka and every process. The bucket is left");
            ArchiveSize size = ArchiveSize.of(bucket, CLUSTER);
            story.line(
                    "it holds %s in %s",
                    Counted.of(size.entries(), "entry"), Counted.of(size.slices(), "slice"));
            KnownTimes times = KnownTimes.read(bucket, CLUSTER, story);
            times.tellShares();
            times.explainTheDrop();
            return restore(source, bucket, times, live, captured, size);
        }
    }

    private SimulatedCluster sourceCluster() {
        clusterBegunNanos = System.nanoTime();
        return cluster(seed);
    }

    private SimulatedCluster cluster(long clusterSeed) {
        return SimulatedCluster.builder()
                .seed(clusterSeed)
                .shards(shards)
                .noopInterval(Duration.ofSeconds(1))
                .orphanCleanupDelay(Duration.ofSeconds(3600))
                .start();
    }

    /** Gives the balancer, which goes on with the accounts. */
    private Balancer work(SimulatedCluster source, Pipeline pipeline) throws InterruptedException {
        story.chapter("2. The shop at work");
        Random random = new Random(seed);
        try (MongoClient client = MongoClients.create(source.uri())) {
            Shop shop = new Shop(client, random, List.copyOf(source.shards().keySet()));
            shop.open();
            Balancer balancer = new Balancer(source, random, "shop.orders", shop.splitTheOrders());
            story.line("%,d accounts with %,d each, sharded", Shop.ACCOUNTS, Shop.BALANCE);
            List<Transfers> transfers = new ArrayList<>();
            for (int i = 0; i < TRANSFERS; i++) {
                transfers.add(
                        new Transfers(client, shop.accounts(), new Random(random.nextLong()), i));
            }
            transfers.forEach(Transfers::start);
            workUntilTheDrop(shop, balancer, pipeline);
            for (Transfers each : transfers) {
                each.close();
            }
            int done = transfers.stream().mapToInt(Transfers::done).sum();
            story.line(
                    "%s between accounts, each one transaction, most over two shards",
                    Counted.of(done, "transfer"));
            return new Balancer(source, random, "shop.accounts", shop.chunksOfAccounts());
        }
    }

    private void workUntilTheDrop(Shop shop, Balancer balancer, Pipeline pipeline)
            throws InterruptedException {
        long begun = System.nanoTime();
        story.line(
                "%s taken, sharded by customer; from now on the balancer moves chunks, one"
                        + " after the other",
                Counted.of(shop.takeOrders(balancer::step), "order"));
        balancer.finish();
        shop.changeTheCatalogue();
        story.line("an index, a rename, a drop and a new collection of the same name");
        long indexed = System.nanoTime();
        int writes = 0;
        while (!isEnough(begun, indexed)) {
            writes += shop.workOnOrders(10);
            balancer.step();
            Thread.sleep(20);
        }
        balancer.finish();
        story.line(
                "%s of orders while %s moved",
                new Counted(writes, "update or delete", "updates and deletes"),
                new Counted(balancer.moves(), "chunk was", "chunks were"));
        pipeline.live().ifPresent(live -> live.tell(story));
        shop.dropTheOrders();
        story.line("OOPS: somebody drops shop.orders");
        Thread.sleep(300);
    }

    /**
     * Chunks were moved for most of the cluster's life, and no shard can still be about to build
     * the index.
     */
    private boolean isEnough(long movingSince, long indexed) {
        long now = System.nanoTime();
        long idle = movingSince - clusterBegunNanos + AFTER_THE_DROP.toNanos();
        return now - movingSince > idle * 5 / 4 && now - indexed > UNTIL_SETTLED.toNanos();
    }

    private DemoResult restore(
            SimulatedCluster source,
            ObjectStore bucket,
            KnownTimes times,
            LiveTimes live,
            long captured,
            ArchiveSize size) {
        story.chapter("4. Restore to just before the drop, into a new cluster");
        ClusterTime to = times.beforeTheDrop();
        try (SimulatedCluster target = cluster(seed + 1)) {
            RestoreRequest request = new RestoreRequest(bucket, CLUSTER, to, targets(target));
            RestoreReport report = restore(request, times.timeline());
            report.replicaSets()
                    .forEach(
                            (name, set) ->
                                    story.line(
                                            "%-8s %s read, %,d applied",
                                            name,
                                            Counted.of(set.entriesRead(), "entry"),
                                            set.entriesApplied()));
            story.line(
                    "transactions under way at that moment: %d; left-over documents of the moved"
                            + " chunks removed: %,d",
                    report.transactions().size(), report.orphansRemoved());
            report.transactions()
                    .forEach(
                            t ->
                                    story.text(
                                            "%s, by %s%s",
                                            t.decision().equals("in")
                                                    ? "whole, on every shard"
                                                    : "absent, on every shard ("
                                                            + t.decision()
                                                            + ")",
                                            t.decidedBy(),
                                            t.commitTimestamp().isEmpty()
                                                    ? ""
                                                    : ", commit at " + t.commitTimestamp()));
            return compare(source, target, times, live, captured, size, report);
        }
    }

    private static RestoreReport restore(RestoreRequest request, ClusterTimeline timeline) {
        try {
            return Restore.run(
                    request, Restore.prepare(request, timeline), RestoreProgress.silent());
        } catch (RestoreException.VerificationFailed different) {
            // The comparison with the truth says more: let it speak.
            return different.report();
        }
    }

    private static Map<String, String> targets(SimulatedCluster target) {
        Map<String, String> uris = new TreeMap<>();
        target.replicaSets()
                .forEach((String name, SimulatedReplicaSet set) -> uris.put(name, set.uri()));
        return uris;
    }

    private DemoResult compare(
            SimulatedCluster source,
            SimulatedCluster target,
            KnownTimes times,
            LiveTimes live,
            long captured,
            ArchiveSize size,
            RestoreReport report) {
        story.chapter("5. The proof");
        ClusterTime to = times.beforeTheDrop();
        Comparison comparison = new Comparison(source.oracle(), to);
        comparison.compare(target);
        story.line(
                "%s read back from the restored shards, %,d of them orders",
                Counted.of(comparison.documents(), "document"),
                comparison.documents("shop.orders"));
        story.line(
                "each compared, byte by byte, with what the cluster was asked to hold at %s", to);
        story.line(
                "accounts hold %,d in sum; %,d went in",
                comparison.sum("shop.accounts", "balance"), (long) Shop.ACCOUNTS * Shop.BALANCE);
        return new DemoResult(
                seed,
                shards,
                captured,
                size.entries(),
                size.slices(),
                to,
                times,
                live,
                comparison.documents(),
                comparison.differences(),
                report,
                story.seconds());
    }
}
