package io.tidemark.restore.replay;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.restore.BsonFiles;
import io.tidemark.restore.RestoreOptions;
import io.tidemark.schemas.model.Namespace;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.oplog.OplogEntry;
import org.junit.jupiter.api.Test;

/** A million chunks must not be held in memory: they wait in the target. */
final class StagedChunksTest {
    private static final Namespace CHUNKS = Namespace.of("config.chunks");
    private final MemoryTarget target = new MemoryTarget();
    private final MemoryTarget metadata = new MemoryTarget();
    private int next = 1;

    @Test
    void chunksWaitInTheTargetAndOtherMetadataInMemory() {
        try (ShardReplay replay =
                new ShardReplay(
                        ReplayStart.birth(new ReplicaSet("cfg"), NamespaceRules.configServer()),
                        target,
                        metadata,
                        at -> {
                            throw new AssertionError("nothing is read again");
                        },
                        RestoreOptions.defaults())) {
            apply(replay, "op: 'i', ns: 'config.shards', o: {_id: 'a', host: 'a/h:1'}");
            apply(replay, "op: 'i', ns: 'config.chunks', o: {_id: 1, shard: 'a'}");
            apply(replay, "op: 'i', ns: 'config.chunks', o: {_id: 2, shard: 'a'}");
            apply(
                    replay,
                    "op: 'u', ns: 'config.chunks', o2: {_id: 2}, o: {$v: 2, diff: {u: {shard:"
                            + " 'b'}}}");
            apply(replay, "op: 'd', ns: 'config.chunks', o: {_id: 1}");
            replay.finish();
        }
        assertThat(metadata.collections()).containsOnlyKeys(Namespace.of("config.shards"));
        assertThat(target.collections())
                .containsOnlyKeys(new Namespace("tidemark_restore", "config.chunks"));
        new StagedTarget(target)
                .scan(
                        CHUNKS,
                        chunk ->
                                assertThat(chunk)
                                        .isEqualTo(BsonFiles.json("{_id: 2, shard: 'b'}")));
        assertThat(target.documents(new Namespace("tidemark_restore", "config.chunks"))).hasSize(1);
    }

    private void apply(ShardReplay replay, String fields) {
        replay.apply(
                OplogEntry.of(
                        BsonFiles.json(
                                "{%s, ts: {$timestamp: {t: 7, i: %d}}, t: {$numberLong: '1'}, v: {$numberLong: '2'}}"
                                        .formatted(fields, next++))));
    }
}
