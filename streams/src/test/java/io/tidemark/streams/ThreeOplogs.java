package io.tidemark.streams;

import static io.tidemark.streams.Oplog.shard;

import io.tidemark.schemas.model.ClusterTime;

/** What a cluster of two shards has written. */
final class ThreeOplogs {
    final Oplog cfg = new Oplog("cfg");
    final Oplog rs0 = new Oplog("rs0");
    final Oplog rs1 = new Oplog("rs1");

    /** A cluster of two shards, captured from its first entry on. */
    void born() {
        cfg.startsAsConfig(ClusterTime.ZERO).noop(10).addShard(11, "s0", "rs0");
        cfg.addShard(12, "s1", "rs1").noop(13);
        rs0.startsAs(shard("s0"), ClusterTime.ZERO).noop(10);
        rs1.startsAs(shard("s1"), ClusterTime.ZERO).noop(10);
    }

    void quiet(long seconds) {
        cfg.noop(seconds);
        rs0.noop(seconds);
        rs1.noop(seconds);
    }
}
