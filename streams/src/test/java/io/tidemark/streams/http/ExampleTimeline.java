package io.tidemark.streams.http;

import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Gap;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.Shard;
import io.tidemark.streams.view.TimelineView;
import io.tidemark.timeline.TimelineFold;
import io.tidemark.timeline.window.Base;
import java.time.Instant;
import java.util.List;
import java.util.Random;

/**
 * Two days of a cluster that migrates all the time, with what an operator meets now and then: DDL,
 * a new shard, lost entries, a replica set that lags, a transaction that nobody decides.
 */
final class ExampleTimeline {
    static final ReplicaSet CFG = new ReplicaSet("cfg");
    static final ReplicaSet RS0 = new ReplicaSet("rs0");
    static final ReplicaSet RS1 = new ReplicaSet("rs1");
    static final ReplicaSet RS2 = new ReplicaSet("rs2");
    static final ReplicaSet RS3 = new ReplicaSet("rs3");
    static final Instant START = Instant.parse("2026-11-19T00:00:00Z");
    static final Instant NOW = Instant.parse("2026-11-21T00:00:00Z");
    private static final String FROM_0_TO_1 = "{from:'shard0', to:'shard1'}";

    private final Oplogs oplogs = new Oplogs();
    private final TimelineFold fold =
            TimelineFold.of(
                    CFG,
                    List.of(
                            new Shard("shard0", RS0),
                            new Shard("shard1", RS1),
                            new Shard("shard2", RS2)));

    static TimelineView view() {
        ExampleTimeline example = new ExampleTimeline();
        example.archive();
        example.migrations();
        example.operations();
        example.underWay();
        example.oplogs.giveTo(example.fold);
        return TimelineView.of(new ClusterName("shop"), example.fold, NOW);
    }

    /** Captured and archived for an hour, and nothing to start a restore from. */
    static TimelineView withoutBase() {
        ExampleTimeline example = new ExampleTimeline();
        for (ReplicaSet set : List.of(CFG, RS0, RS1, RS2)) {
            example.fold.started(set, at(47, 0, 0));
            example.oplogs.noop(set, second(47, 0, 10));
            example.oplogs.noop(set, second(47, 59, 0));
            example.fold.archived(set, at(47, 58, 0));
        }
        example.oplogs.giveTo(example.fold);
        return TimelineView.of(new ClusterName("shop"), example.fold, NOW);
    }

    /** The cluster time of {@code hours:minutes:seconds} after the start. */
    static ClusterTime at(int hours, int minutes, int seconds) {
        return new ClusterTime(second(hours, minutes, seconds), 1);
    }

    private static long second(int hours, int minutes, int seconds) {
        return START.getEpochSecond() + hours * 3600L + minutes * 60L + seconds;
    }

    private void archive() {
        for (ReplicaSet set : List.of(CFG, RS0, RS1, RS2)) {
            fold.started(set, at(0, 0, 0));
            oplogs.noop(set, second(0, 0, 10));
            fold.base(new Base("daily-2026-11-19", set, at(0, 10, 0), at(0, 31, 0)));
            fold.base(new Base("daily-2026-11-20", set, at(24, 10, 0), at(24, 33, 0)));
        }
        fold.gap(RS1, new Gap(at(18, 40, 0), at(19, 5, 0), "the oplog rolled over"));
        fold.base(new Base("after-gap", RS1, at(19, 10, 0), at(20, 20, 0)));
        for (ReplicaSet set : List.of(CFG, RS0, RS1, RS2, RS3)) {
            boolean slow = set.equals(RS2);
            oplogs.noop(set, slow ? second(47, 57, 0) : second(47, 59, 55));
            fold.archived(set, slow ? at(47, 51, 0) : at(47, 59, 20));
        }
    }

    private void migrations() {
        Random random = new Random(7);
        int begin = 3600;
        for (int i = 0; begin < 46 * 3600; i++) {
            int end = begin + 20 + random.nextInt(150);
            String range = "{min:{x:" + i + "}, max:{x:" + (i + 1) + "}, " + ends(random) + "}";
            String ns = random.nextInt(3) == 0 ? "shop.items" : "shop.orders";
            oplogs.log(CFG, second(0, 0, begin), "moveChunk.start", ns, range);
            oplogs.log(CFG, second(0, 0, end - 2), "moveChunk.commit", ns, range);
            oplogs.log(CFG, second(0, 0, end), "moveChunk.from", ns, done(range));
            begin = end + 20 + random.nextInt(240);
        }
    }

    private static String ends(Random random) {
        int from = random.nextInt(3);
        int to = (from + 1 + random.nextInt(2)) % 3;
        return "from:'shard" + from + "', to:'shard" + to + "'";
    }

    private static String done(String range) {
        return range.substring(0, range.length() - 1) + ", note:'success'}";
    }

    private void operations() {
        indexBuild(second(5, 0, 0), second(5, 31, 0), second(5, 44, 0));
        log(8, 12, 0, "dropCollection.start", "shop.carts_2025", "{}");
        log(8, 12, 40, "dropCollection", "shop.carts_2025", "{}");
        log(9, 0, 0, "movePrimary.start", "crm", FROM_0_TO_1);
        log(9, 26, 0, "movePrimary.commit", "crm", FROM_0_TO_1);
        log(9, 26, 5, "movePrimary.end", "crm", FROM_0_TO_1);
        resharding();
        log(22, 2, 0, "renameCollection.start", "shop.wishes", "{}");
        log(22, 2, 20, "renameCollection.end", "shop.wishes", "{}");
        addShard();
        oplogs.write(
                RS0,
                second(33, 0, 0),
                "{op:'c', ns:'shop.$cmd', o:{collMod:'items', validator:{}}}");
        oplogs.write(
                RS1,
                second(33, 1, 0),
                "{op:'c', ns:'shop.$cmd', o:{collMod:'items', validator:{}}}");
        log(36, 20, 0, "dropDatabase.start", "staging", "{}");
        log(36, 31, 0, "dropDatabase", "staging", "{}");
        indexBuild(second(40, 0, 0), second(40, 50, 0), second(41, 25, 0));
    }

    private void log(int h, int m, int s, String what, String ns, String details) {
        oplogs.log(CFG, second(h, m, s), what, ns, details);
    }

    private void indexBuild(long begin, long first, long last) {
        String rest = ", indexes:[{v:2, key:{at:1}, name:'at_1'}]}}";
        ReplicaSet[] sets = {RS0, RS1};
        long[] ends = {first, last};
        for (int i = 0; i < sets.length; i++) {
            String build =
                    "indexBuildUUID:{$binary:{base64:'AAAAAAAAAAAAAAAAAAAA"
                            + (i == 0 ? "AA" : "AQ")
                            + "==', subType:'04'}}";
            oplogs.write(sets[i], begin, command("startIndexBuild", build + rest));
            oplogs.write(sets[i], ends[i], command("commitIndexBuild", build + rest));
        }
    }

    private static String command(String name, String rest) {
        return "{op:'c', ns:'shop.$cmd', o:{" + name + ":'orders', " + rest + "}";
    }

    private void resharding() {
        String[] states = {"initializing", "cloning", "applying", "blocking-writes", "done"};
        int[] minutes = {0, 5, 150, 202, 214};
        for (int i = 0; i < states.length; i++) {
            String details =
                    "{newState:'" + states[i] + "', reshardingUUID:'u1', namespace:'shop.events'}";
            log(12, minutes[i], 0, "resharding.coordinator.transition", "shop.events", details);
        }
    }

    private void addShard() {
        fold.started(RS3, ClusterTime.ZERO);
        oplogs.noop(RS3, second(29, 58, 0));
        oplogs.write(
                CFG,
                second(30, 0, 0),
                "{op:'i', ns:'config.shards', o:{_id:'shard3', host:'rs3/h:1', state:1}}");
        log(30, 0, 1, "addShard", "", "{name:'shard3', host:'rs3/h:1'}");
    }

    private void underWay() {
        oplogs.write(
                RS1,
                second(47, 38, 0),
                "{op:'c', ns:'admin.$cmd', lsid:{id:{$binary:{base64:'AAAAAAAAAAAAAAAAAAAAAA==',"
                        + " subType:'04'}}}, txnNumber:{$numberLong:'4'}, o:{applyOps:[],"
                        + " prepare:true}}");
    }
}
