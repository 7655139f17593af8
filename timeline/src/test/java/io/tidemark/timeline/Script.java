package io.tidemark.timeline;

import static io.tidemark.timeline.Entries.CFG;
import static io.tidemark.timeline.Entries.RS0;
import static io.tidemark.timeline.Entries.RS1;
import static io.tidemark.timeline.Entries.t;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.RestoreWindow;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.bson.BsonDocument;

/**
 * The random life of a cluster: its entries, and by the operations asked for (not by the entries)
 * the times during which something was half done.
 */
final class Script {
    static final ReplicaSet RS2 = new ReplicaSet("rs2");
    private final Random random;
    private final Entries entries = new Entries();
    private final Set<ClusterTime> used = new HashSet<>();
    final List<RestoreWindow> halfDone = new ArrayList<>();
    final List<RestoreWindow> moving = new ArrayList<>();
    final long end;
    private long joined;

    Script(long seed, int operations) {
        random = new Random(seed);
        entries.quiet(10);
        long now = 20;
        for (int i = 0; i < operations; i++) {
            now += 1 + random.nextInt(40);
            operation(i, now);
            entries.noop(random.nextBoolean() ? RS0 : RS1, now);
        }
        end = now + 1000;
        entries.quiet(end);
        if (joined > 0) {
            entries.noop(RS2, joined - 3).noop(RS2, joined + 7).noop(RS2, end);
        }
    }

    /** In each replica set's own order. */
    List<Entries.At> of(ReplicaSet set) {
        List<Entries.At> own = new ArrayList<>();
        Set<ClusterTime> seen = new HashSet<>();
        entries.all().stream()
                .filter(at -> at.replicaSet().equals(set))
                .sorted(Comparator.comparing((Entries.At at) -> at.entry().clusterTime()))
                .filter(at -> seen.add(at.entry().clusterTime()))
                .forEach(own::add);
        return own;
    }

    List<ReplicaSet> sets() {
        return joined > 0 ? List.of(CFG, RS0, RS1, RS2) : List.of(CFG, RS0, RS1);
    }

    private void operation(int i, long now) {
        String ns = "db" + i + ".c";
        ClusterTime from = at(now);
        ClusterTime to = at(now + 1 + random.nextInt(30));
        boolean open = random.nextInt(60) == 0;
        switch (random.nextInt(11)) {
            case 0, 1 -> move(ns, from, to);
            case 2 -> pair("dropCollection", "dropCollection", ns, "{}", from, to, open);
            case 3 -> pair("shardCollection", "shardCollection.end", ns, "{}", from, to, open);
            case 4 ->
                    pair(
                            "movePrimary",
                            "movePrimary.end",
                            "db" + i,
                            "{from:'s0', to:'s1'}",
                            from,
                            to,
                            open);
            case 5 -> transaction(i, now, open);
            case 6 -> coordinator(ns, from, to);
            case 7 -> resharding(i, ns, from, to);
            case 8 -> command(RS0, from, "{create:'c', idIndex:{}}", "db" + i);
            case 9 -> split(ns, from);
            default -> join(now);
        }
    }

    private void move(String ns, ClusterTime from, ClusterTime to) {
        BsonDocument range =
                BsonDocument.parse("{min:{x:0}, max:{x:9}, from:'" + ns + "', to:'s1'}");
        entries.log(from, "moveChunk.start", ns, "s0", range);
        entries.log(to, "moveChunk.from", ns, "s0", range);
        moving.add(new RestoreWindow(from, to.previous()));
    }

    private void pair(
            String base,
            String end,
            String ns,
            String details,
            ClusterTime from,
            ClusterTime to,
            boolean open) {
        BsonDocument parsed = BsonDocument.parse(details);
        entries.log(from, base + ".start", ns, "s0", parsed);
        if (open) {
            halfDone.add(new RestoreWindow(from, ClusterTime.MAX));
            return;
        }
        entries.log(to, end, ns, "s0", parsed);
        if (random.nextInt(4) == 0) {
            // A failover: the end is logged once more.
            entries.log(at(to.seconds() + 3), end, ns, "s0", parsed);
        }
        halfDone.add(new RestoreWindow(from, to.previous()));
    }

    private void transaction(int i, long now, boolean open) {
        ClusterTime first = at(now);
        ClusterTime second = at(now + random.nextInt(3));
        ClusterTime later = ClusterTime.max(first, second);
        entries.prepare(RS0, first, i).prepare(RS1, second, i);
        if (open) {
            halfDone.add(new RestoreWindow(later, ClusterTime.MAX));
        } else if (random.nextBoolean()) {
            entries.commit(RS0, at(now + 4), i, later).commit(RS1, at(now + 5), i, later);
        } else {
            entries.abort(RS1, at(now + 4), i).abort(RS0, at(now + 6), i);
        }
    }

    private void coordinator(String ns, ClusterTime from, ClusterTime to) {
        String document = "{_id:{namespace:'" + ns + "', operationType:'collMod_V3'}}";
        String table = "ns:'config.system.sharding_ddl_coordinators'";
        entry(RS0, from, "{op:'i', " + table + ", o:" + document + "}");
        entry(RS0, to, "{op:'d', " + table + ", o:" + document + "}");
        halfDone.add(new RestoreWindow(from, to.previous()));
    }

    private void resharding(int i, String ns, ClusterTime from, ClusterTime to) {
        ClusterTime blocking = at(to.seconds() + 2);
        ClusterTime done = at(blocking.seconds() + 5);
        state(i, ns, from, "initializing");
        state(i, ns, to, "applying");
        state(i, ns, blocking, "blocking-writes");
        state(i, ns, done, "done");
        halfDone.add(new RestoreWindow(blocking, done.previous()));
        moving.add(new RestoreWindow(from, blocking));
    }

    private void state(int i, String ns, ClusterTime at, String state) {
        String details = "{newState:'" + state + "', reshardingUUID:'u" + i + "'}";
        String what = "resharding.coordinator.transition";
        entries.log(at, what, ns, "config", BsonDocument.parse(details));
    }

    private void command(ReplicaSet set, ClusterTime at, String o, String database) {
        entry(set, at, "{op:'c', ns:'" + database + ".$cmd', o:" + o + "}");
    }

    private void split(String ns, ClusterTime at) {
        String details =
                "{before:{min:{x:0}, max:{x:9}}, left:{min:{x:0}, max:{x:4}},"
                        + " right:{min:{x:4}, max:{x:9}}}";
        entries.log(at, "split", ns, "config", BsonDocument.parse(details));
    }

    private void join(long now) {
        if (joined > 0) {
            return;
        }
        joined = now;
        ClusterTime from = at(now);
        ClusterTime to = at(now + 2);
        entry(CFG, from, "{op:'i', ns:'config.shards', o:{_id:'s2', host:'rs2/h:1', state:1}}");
        entries.log(to, "addShard", "", "config", BsonDocument.parse("{name:'s2'}"));
        halfDone.add(new RestoreWindow(from, to.previous()));
    }

    private void entry(ReplicaSet set, ClusterTime at, String json) {
        entries.entry(set, at, BsonDocument.parse(json));
    }

    /** A cluster time of that second that no other entry has. */
    private ClusterTime at(long second) {
        ClusterTime time = new ClusterTime(second, 2 + random.nextInt(3));
        while (!used.add(time)) {
            time = time.next();
        }
        return time;
    }

    static ClusterTime birth() {
        return t(10);
    }
}
