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
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.storage.object.BucketUri;
import io.tidemark.storage.object.ObjectStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
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

    private final long seed;
    private final int shards;
    private final Path folder;
    private final Story story;

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
                SimulatedCluster source = cluster(seed);
                ObjectStore bucket = BucketUri.parse(servers.bucket()).open()) {
            story.line("Kafka, a schema registry and S3 run in this process");
            story.line(
                    "a simulated cluster of %d shards and config servers speaks MongoDB's protocol",
                    shards);
            ClusterTime before;
            long captured;
            try (Pipeline pipeline = Pipeline.start(CLUSTER, source.config().uri(), servers)) {
                story.line("capture tails every oplog, sink rolls slices into the bucket");
                before = work(source);
                ClusterTime end = ClusterTime.of(source.noopEverywhere());
                pipeline.awaitArchived(bucket, end, shards + 1);
                story.line("everything until %s is in the bucket", end);
                captured = pipeline.stop();
            }
            servers.stopAllButTheBucket();
            source.close();
            story.chapter(
                    "3. The cluster is lost; so are Kafka and every process. The bucket is left");
            ArchiveSize size = ArchiveSize.of(bucket, CLUSTER);
            story.line("it holds %,d entries in %,d slices", size.entries(), size.slices());
            return restore(source, bucket, before, captured, size);
        }
    }

    private SimulatedCluster cluster(long clusterSeed) {
        return SimulatedCluster.builder()
                .seed(clusterSeed)
                .shards(shards)
                .noopInterval(Duration.ofSeconds(1))
                .orphanCleanupDelay(Duration.ofSeconds(3600))
                .start();
    }

    /** Gives the cluster time just before the orders are dropped. */
    private ClusterTime work(SimulatedCluster source) throws InterruptedException {
        story.chapter("2. The shop at work");
        Random random = new Random(seed);
        try (MongoClient client = MongoClients.create(source.uri())) {
            Shop shop = new Shop(client, random, List.copyOf(source.shards().keySet()));
            shop.open();
            story.line("%,d accounts with %,d each, sharded", Shop.ACCOUNTS, Shop.BALANCE);
            List<Transfers> transfers = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                transfers.add(
                        new Transfers(client, shop.accounts(), new Random(random.nextLong()), i));
            }
            transfers.forEach(Transfers::start);
            ClusterTime before = workUntilTheDrop(source, shop);
            for (Transfers each : transfers) {
                each.close();
            }
            int done = transfers.stream().mapToInt(Transfers::done).sum();
            story.line(
                    "%,d transfers between accounts, each one transaction, most over two shards",
                    done);
            return before;
        }
    }

    private ClusterTime workUntilTheDrop(SimulatedCluster source, Shop shop)
            throws InterruptedException {
        story.line("%,d orders taken, sharded by customer", shop.takeOrders());
        story.line("%,d updates and deletes of orders", shop.workOnOrders(600));
        story.line("a chunk of the orders moves to %s while the shop works", shop.moveAChunk());
        shop.changeTheCatalogue();
        story.line("an index, a rename, a drop and a new collection of the same name");
        story.line("%,d further updates and deletes", shop.workOnOrders(400));
        // A few transfers more, so that one is under way just before the drop.
        Thread.sleep(100);
        ClusterTime before = withinATransfer(source, ClusterTime.of(source.clusterTime()));
        shop.dropTheOrders();
        story.line("OOPS: somebody drops shop.orders, just after %s", before);
        Thread.sleep(300);
        return before;
    }

    /**
     * The latest moment until {@code latest} at which a transfer was half done: prepared, and not
     * yet committed on every shard. The hardest moment to cut a cluster at.
     */
    private static ClusterTime withinATransfer(SimulatedCluster source, ClusterTime latest) {
        return source.oracle().events().stream()
                .filter(event -> event.kind().equals("transaction") && event.through() != null)
                .map(event -> middle(ClusterTime.of(event.from()), ClusterTime.of(event.through())))
                .filter(time -> !time.isAfter(latest))
                .max(Comparator.naturalOrder())
                .orElse(latest);
    }

    private static ClusterTime middle(ClusterTime from, ClusterTime through) {
        return from.seconds() == through.seconds()
                ? new ClusterTime(from.seconds(), (from.increment() + through.increment()) / 2)
                : from;
    }

    private DemoResult restore(
            SimulatedCluster source,
            ObjectStore bucket,
            ClusterTime to,
            long captured,
            ArchiveSize size) {
        story.chapter("4. Restore to just before the drop, into a new cluster");
        try (SimulatedCluster target = cluster(seed + 1)) {
            RestoreRequest request = new RestoreRequest(bucket, CLUSTER, to, targets(target));
            RestoreReport report = restore(request);
            report.replicaSets()
                    .forEach(
                            (name, set) ->
                                    story.line(
                                            "%-8s %,d entries read, %,d applied",
                                            name, set.entriesRead(), set.entriesApplied()));
            story.line(
                    "transactions under way at that moment: %d; left-over documents of the moved"
                            + " chunk removed: %,d",
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
            return compare(source, target, to, captured, size, report);
        }
    }

    private static RestoreReport restore(RestoreRequest request) {
        try {
            return Restore.run(request, RestoreProgress.silent());
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
            ClusterTime to,
            long captured,
            ArchiveSize size,
            RestoreReport report) {
        story.chapter("5. The proof");
        Comparison comparison = new Comparison(source.oracle(), to);
        comparison.compare(target);
        story.line(
                "%,d documents read back from the restored shards, %,d of them orders",
                comparison.documents(), comparison.documents("shop.orders"));
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
                comparison.documents(),
                comparison.differences(),
                report,
                story.seconds());
    }
}
