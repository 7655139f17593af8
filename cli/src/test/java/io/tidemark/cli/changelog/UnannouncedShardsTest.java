package io.tidemark.cli.changelog;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.restore.timeline.ClusterTimeline;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.storage.object.BucketUri;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.timeline.watermark.Membership;
import io.tidemark.timeline.window.Policy;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Shards of whose joining no entry tells: live and from the archive they are the same members, from
 * the same time on.
 */
class UnannouncedShardsTest {
    private final HandMadeOplogs oplogs = new HandMadeOplogs(5.0);
    @TempDir private Path folder;
    private LivePath live;
    private ClusterTimeline archived;

    @Test
    void aShardThatJoinedInAHoleOfTheConfigServersOplogIsAMemberSinceIt() {
        oplogs.quiet(50);
        oplogs.hole("cfg", 90);
        oplogs.noop(60, "rs2");
        oplogs.quiet(100);
        oplogs.noop(100, "rs2");
        bothPaths();

        assertThat(member("s2").joined()).isEqualTo(new ClusterTime(50, 2));
        assertThat(archived.watermark().seconds()).isEqualTo(100);
    }

    @Test
    void oneWhoseOplogLiesBehindHoldsTheWatermarkBack() {
        oplogs.quiet(50);
        oplogs.hole("cfg", 90);
        oplogs.noop(60, "rs2");
        oplogs.quiet(100);
        bothPaths();

        assertThat(archived.watermark()).isEqualTo(new ClusterTime(60, 1));
        assertThat(archived.content().archived().heldBackBy())
                .containsExactly(new ReplicaSet("rs2"));
    }

    @Test
    void aShardThatOnlyConfigChunksNamesIsAMemberThatNobodyCaptures() {
        oplogs.chunk(50, "shop.a", 0, 5, "s2");
        oplogs.quiet(100);
        bothPaths();

        assertThat(member("s2").joined()).isEqualTo(ClusterTime.ZERO);
        assertThat(archived.windows(Policy.EXACT).windows()).isEmpty();
        assertThat(archived.content().archived().heldBackBy())
                .extracting(ReplicaSet::name)
                .containsExactly("s2");
    }

    /** Its data is in no record: no time at which it was there can be restored. */
    @Test
    void aShardThatLeftBeforeAnybodyKnewItMakesTheTimesBeforeUnsafe() {
        oplogs.delete(50, "cfg", "config.shards", HandMadeOplogs.json("{_id:'s2'}"));
        oplogs.quiet(100);
        bothPaths();

        assertThat(member("s2").left()).contains(new ClusterTime(50, 1));
        assertThat(archived.watermark().seconds()).isEqualTo(100);
        assertThat(archived.windows(Policy.EXACT).isSafe(new ClusterTime(49, 1))).isFalse();
        assertThat(archived.windows(Policy.EXACT).isSafe(new ClusterTime(99, 1))).isTrue();
    }

    private void bothPaths() {
        live = new LivePath(oplogs, folder.resolve("state"));
        try (ObjectStore bucket = BucketUri.parse("file:" + folder.resolve("bucket")).open()) {
            archived = ArchivePath.timeline(oplogs, bucket);
        }
        assertThat(live.content().members()).isEqualTo(archived.content().members());
        assertThat(live.content().archived()).isEqualTo(archived.content().archived());
        assertThat(live.events()).isEqualTo(archived.events());
        for (Policy policy : Policy.values()) {
            assertThat(live.content().windows().get(policy)).isEqualTo(archived.windows(policy));
        }
    }

    private Membership member(String shard) {
        List<Membership> all = archived.content().members();
        return all.stream().filter(m -> m.shard().equals(shard)).findFirst().orElseThrow();
    }
}
