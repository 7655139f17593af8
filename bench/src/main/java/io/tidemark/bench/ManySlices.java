package io.tidemark.bench;

import io.tidemark.schemas.layout.ObjectKey;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.ReplicaSetRole;
import io.tidemark.schemas.model.Slice;
import io.tidemark.schemas.oplog.OplogEntry;
import io.tidemark.storage.frames.FrameOptions;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.storage.slice.SealedSlice;
import io.tidemark.storage.slice.SliceStart;
import io.tidemark.storage.slice.SliceWriter;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.bson.BsonBinaryWriter;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.codecs.BsonDocumentCodec;
import org.bson.codecs.EncoderContext;
import org.bson.io.BasicOutputBuffer;

/**
 * The slices of a cluster that has been archived for long: one every thirty seconds per replica
 * set, three entries each. Their keys are worked out, and a slice is made when it is needed.
 *
 * @param perSet slices of each replica set, one or more
 */
record ManySlices(ClusterName cluster, int shards, long perSet) {
    static final Incarnation LIFE = Incarnation.UNKNOWN;
    static final ReplicaSet CONFIG = new ReplicaSet("cfg");
    private static final long BEGIN_SECONDS = 1_700_000_000;
    private static final int SLICE_SECONDS = 30;
    private static final int ENTRIES = 3;

    /** In the order of their keys: the config servers first. */
    List<ReplicaSet> sets() {
        return Stream.concat(Stream.of(CONFIG), LongStream.range(0, shards).mapToObj(this::shard))
                .toList();
    }

    private ReplicaSet shard(long number) {
        return new ReplicaSet(String.format("rs%03d", number));
    }

    ReplicaSetRole role(ReplicaSet set) {
        return set.equals(CONFIG) ? ReplicaSetRole.CONFIG_SERVER : ReplicaSetRole.shard(set.name());
    }

    /** How many in all. */
    long count() {
        return (shards + 1) * perSet;
    }

    /** Where each replica set's record begins. */
    static ClusterTime begin() {
        return end(0);
    }

    /** The end of each replica set's first {@code slices} slices. */
    static ClusterTime end(long slices) {
        return new ClusterTime(BEGIN_SECONDS + slices * SLICE_SECONDS, 1);
    }

    /** In the order of keys, from 0 on. */
    ObjectKey.OfSlice key(long number) {
        ReplicaSet set = sets().get((int) (number / perSet));
        long slice = number % perSet;
        return new ObjectKey.OfSlice(cluster, LIFE, set, new Slice(end(slice), end(slice + 1), 0));
    }

    /** Makes the slice of that key, if it is one of these. */
    void make(ObjectKey.OfSlice key, ObjectStore into) {
        SliceStart start =
                new SliceStart(
                        cluster,
                        LIFE,
                        key.replicaSet(),
                        Optional.of(role(key.replicaSet())),
                        key.slice().after(),
                        List.of());
        long begin = key.slice().after().seconds();
        try (SliceWriter writer = new SliceWriter(start, FrameOptions.defaults())) {
            for (int i = 1; i <= ENTRIES; i++) {
                writer.add(note(new ClusterTime(begin + i * SLICE_SECONDS / ENTRIES, 1)));
            }
            try (SealedSlice slice = writer.seal()) {
                slice.putTo(into);
            }
        }
    }

    private static OplogEntry note(ClusterTime at) {
        BsonDocument entry =
                new BsonDocument("op", new BsonString("n"))
                        .append("ns", new BsonString(""))
                        .append("o", new BsonDocument("msg", new BsonString("periodic noop")))
                        .append("ts", at.toBson())
                        .append("t", new BsonInt64(1))
                        .append("v", new BsonInt64(2));
        BasicOutputBuffer out = new BasicOutputBuffer();
        try (BsonBinaryWriter writer = new BsonBinaryWriter(out)) {
            new BsonDocumentCodec().encode(writer, entry, EncoderContext.builder().build());
        }
        return OplogEntry.of(out.toByteArray());
    }
}
