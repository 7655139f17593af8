package io.tidemark.cli.prune;

import io.tidemark.schemas.layout.BasePlace;
import io.tidemark.schemas.layout.ObjectKey;
import io.tidemark.schemas.layout.PartId;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Gap;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.ReplicaSetRole;
import io.tidemark.schemas.oplog.OplogEntry;
import io.tidemark.storage.base.BaseManifest;
import io.tidemark.storage.base.BaseMethod;
import io.tidemark.storage.frames.FrameOptions;
import io.tidemark.storage.object.Body;
import io.tidemark.storage.slice.GapObject;
import io.tidemark.storage.slice.SealedSlice;
import io.tidemark.storage.slice.SliceStart;
import io.tidemark.storage.slice.SliceWriter;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import java.util.UUID;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.BsonTimestamp;
import org.bson.RawBsonDocument;
import org.bson.codecs.BsonDocumentCodec;

/**
 * Two shards and config servers over some days, by a seed: slices of random length, gaps, slices
 * that were lost, fuzzy bases on some sets, a shard that was made anew, sets known from birth.
 */
final class RandomBucket {
    static final ClusterName CLUSTER = new ClusterName("shop");
    static final long START = 1_750_000_000;
    static final long DAY = 86_400;
    static final int DAYS = 10;
    static final long END = START + DAYS * DAY;
    final HeldInMemory store = new HeldInMemory();

    /** Times at which something begins or ends. */
    final TreeSet<ClusterTime> times = new TreeSet<>();

    final List<String> snapshots = new ArrayList<>();
    private final Random random;

    RandomBucket(long seed) {
        random = new Random(seed);
        oplog("cfg", life(1), new ReplicaSetRole.ConfigServer(), START, END);
        oplog("rs0", life(2), ReplicaSetRole.shard("rs0"), START, END);
        long anew = START + (1 + random.nextInt(DAYS - 1)) * DAY;
        boolean twice = random.nextBoolean();
        oplog("rs1", life(3), ReplicaSetRole.shard("rs1"), START, twice ? anew : END);
        if (twice) {
            oplog("rs1", life(4), ReplicaSetRole.shard("rs1"), anew + 10, END);
        }
        for (int day = 0; day < DAYS; day++) {
            snapshot(day, anew, twice);
        }
    }

    private static Incarnation life(int number) {
        return new Incarnation("65f00000000000000000000" + number);
    }

    private void snapshot(int day, long anew, boolean twice) {
        if (random.nextInt(3) == 0) {
            return;
        }
        String id = "s" + day;
        snapshots.add(id);
        long at = START + day * DAY + random.nextInt(40_000);
        for (String set : List.of("cfg", "rs0", "rs1")) {
            int number = set.equals("cfg") ? 1 : set.equals("rs0") ? 2 : twice && at > anew ? 4 : 3;
            if (random.nextInt(8) > 0) {
                base(id, set, life(number), at + random.nextInt(3_000));
            }
        }
    }

    private void base(String id, String set, Incarnation life, long at) {
        BasePlace place = new BasePlace(CLUSTER, life, id, new ReplicaSet(set));
        ClusterTime from = new ClusterTime(Math.max(START, at - random.nextInt(30_000)), 1);
        ClusterTime usable = new ClusterTime(at, 1);
        store.put(
                new ObjectKey.OfBasePart(place, new UUID(1, 2), new PartId(0, 0, 0)).text(),
                Body.of(new byte[100]));
        new BaseManifest(
                        place,
                        BaseMethod.FUZZY,
                        from,
                        usable,
                        Optional.empty(),
                        Optional.of(role(set)),
                        Optional.empty(),
                        Optional.empty(),
                        List.of())
                .putTo(store);
        times.add(usable);
    }

    private static ReplicaSetRole role(String set) {
        return set.equals("cfg") ? new ReplicaSetRole.ConfigServer() : ReplicaSetRole.shard(set);
    }

    private void oplog(String set, Incarnation life, ReplicaSetRole role, long from, long to) {
        boolean born = random.nextBoolean();
        ClusterTime after = born ? ClusterTime.ZERO : new ClusterTime(from, 0);
        long at = from;
        while (at < to) {
            long end = at + 20_000 + random.nextInt(80_000);
            int fate = random.nextInt(40);
            ClusterTime through = new ClusterTime(end, 1);
            if (fate == 0 && at > from) {
                new GapObject(
                                CLUSTER,
                                life,
                                new ReplicaSet(set),
                                new Gap(after, through, "rolled over"),
                                Optional.empty())
                        .putTo(store);
            } else if (fate != 1 || at == from) {
                slice(set, life, role, after, at, end);
            }
            after = through;
            times.add(through);
            at = end;
        }
    }

    private void slice(
            String set,
            Incarnation life,
            ReplicaSetRole role,
            ClusterTime after,
            long from,
            long through) {
        SliceStart start =
                new SliceStart(
                        CLUSTER, life, new ReplicaSet(set), Optional.of(role), after, List.of());
        try (SliceWriter writer = new SliceWriter(start, FrameOptions.defaults())) {
            writer.add(noop(new ClusterTime(from + 1, 1)));
            writer.add(noop(new ClusterTime(through, 1)));
            try (SealedSlice sealed = writer.seal()) {
                sealed.putTo(store);
            }
        }
    }

    private static OplogEntry noop(ClusterTime at) {
        BsonDocument document =
                new BsonDocument("op", new BsonString("n"))
                        .append("ns", new BsonString(""))
                        .append("o", new BsonDocument("msg", new BsonString("periodic noop")))
                        .append("ts", new BsonTimestamp((int) at.seconds(), (int) at.increment()))
                        .append("t", new BsonInt64(1))
                        .append("v", new BsonInt64(2));
        ByteBuffer raw =
                new RawBsonDocument(document, new BsonDocumentCodec()).getByteBuffer().asNIO();
        byte[] bytes = new byte[raw.remaining()];
        raw.get(bytes);
        return OplogEntry.of(bytes);
    }
}
