package io.tidemark.timeline;

import static io.tidemark.timeline.Entries.CFG;
import static io.tidemark.timeline.Entries.RS0;
import static io.tidemark.timeline.Entries.RS1;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.Shard;
import io.tidemark.schemas.oplog.OplogEntry;
import io.tidemark.timeline.window.Policy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A million entries, one in a hundred of them an event; the rate is printed, not judged. */
class RateTest {
    private static final int ENTRIES = 1_000_000;

    @Test
    void stateIsBoundedByWhatIsUnderWay() {
        List<byte[]> plain = new ArrayList<>();
        Entries writes = new Entries();
        for (int i = 0; i < 1000; i++) {
            writes.insert(RS0, i + 1, "shop.orders", "{_id:" + i + ", text:'some words here'}");
        }
        writes.all().forEach(at -> plain.add(at.entry().raw().toBytes()));
        String range = "{min:{x:0}, max:{x:9}, from:'s0', to:'s1'}";
        byte[] start = only(new Entries().log(1, "moveChunk.start", "shop.orders", range));
        byte[] end = only(new Entries().log(1, "moveChunk.from", "shop.orders", range));
        TimelineFold fold =
                TimelineFold.of(CFG, List.of(new Shard("s0", RS0), new Shard("s1", RS1)));
        List.of(CFG, RS0, RS1).forEach(set -> fold.started(set, ClusterTime.ZERO));

        long begun = System.nanoTime();
        int mostPending = 0;
        for (int i = 0; i < ENTRIES; i++) {
            boolean event = i % 100 == 0;
            ReplicaSet set = event ? CFG : i % 2 == 0 ? RS0 : RS1;
            byte[] bson = event ? i % 200 == 0 ? start : end : plain.get(i % 1000);
            fold.accept(set, OplogEntry.of(stamped(bson, i)));
            mostPending = Math.max(mostPending, fold.pendingCount());
        }
        List.of(CFG, RS0, RS1).forEach(s -> fold.archived(s, new ClusterTime(ENTRIES, 1)));
        double share = fold.windows(Policy.STRICT).restorableShare();
        double seconds = (System.nanoTime() - begun) / 1e9;

        System.out.printf(
                "%d entries in %.2f s: %.0f entries/s; strict keeps %.0f %%, exact %.0f %%%n",
                ENTRIES,
                seconds,
                ENTRIES / seconds,
                100 * share,
                100 * fold.windows(Policy.EXACT).restorableShare());
        assertThat(fold.events()).hasSize(ENTRIES / 200);
        assertThat(fold.openCount()).isZero();
        assertThat(mostPending).isLessThan(10_000);
    }

    private static byte[] only(Entries entries) {
        return entries.all().get(0).entry().raw().toBytes();
    }

    /** The entry with another time; {@code ts} is the last field but two. */
    private static byte[] stamped(byte[] bson, int i) {
        byte[] copy = bson.clone();
        int at = copy.length - 1 - (1 + 2 + 8) - (1 + 2 + 8) - 8;
        java.nio.ByteBuffer.wrap(copy)
                .order(java.nio.ByteOrder.LITTLE_ENDIAN)
                .putLong(at, new ClusterTime(i / 10 + 1, i % 10 + 1).bits());
        return copy;
    }
}
