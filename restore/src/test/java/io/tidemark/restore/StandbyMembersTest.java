package io.tidemark.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.tidemark.embedded.mongo.ServerVersion;
import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import io.tidemark.restore.follow.FollowOptions;
import io.tidemark.restore.follow.FollowStatus;
import io.tidemark.restore.follow.FollowWatch;
import io.tidemark.restore.follow.OplogTail;
import io.tidemark.restore.report.RestoreReport;
import io.tidemark.restore.target.MongoTarget;
import io.tidemark.restore.timeline.ClusterTimeline;
import io.tidemark.restore.timeline.TimelineLookup;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.oplog.OplogEntry;
import io.tidemark.storage.frames.FrameKeys;
import io.tidemark.timeline.window.Policy;
import io.tidemark.timeline.window.RestoreWindows;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bson.BsonDocument;
import org.bson.BsonTimestamp;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A shard joins the source of a standby, and leaves it. */
final class StandbyMembersTest {
    private static final FollowOptions AT_ONCE = new FollowOptions(Duration.ZERO, 0, Duration.ZERO);

    @TempDir Path folder;
    private ClusterWorkload source;
    private TestArchive archive;
    private ServerTargets targets;
    private final Map<String, String> named = new TreeMap<>();
    private final Map<String, String> mapped = new TreeMap<>();
    private final Map<String, Integer> archived = new HashMap<>();

    @BeforeEach
    void itFollowsAClusterThatAShardJoins() {
        source = new ClusterWorkload(ServerVersion.V5_0, 6);
        archive = new TestArchive(folder);
        targets = new ServerTargets(source);
        named.putAll(targets.uris());
        live(25);
        follow();
    }

    @AfterEach
    void close() {
        targets.close();
        archive.close();
        source.close();
    }

    @Test
    void aShardThatJoinsIsFollowedOnceItHasATargetAndOneThatLeavesIsLeftOut() {
        String shard = source.cluster.addShard();
        String set = source.cluster.shards().get(shard).name();
        live(40);

        RestoreException joins = blocked();
        assertThat(joins)
                .hasMessageContaining("shard '" + shard + "' joins the cluster")
                .hasMessageContaining("--target " + set + "=URI");
        targets.add(set);
        named.put(set, targets.of(set).uri());
        live(20);
        FollowStatus with = follow();
        assertThat(with.applied()).hasSize(5);

        remove(shard);
        live(20);
        assertThat(blocked())
                .hasMessageContaining("shard '" + shard + "' leaves the cluster")
                .hasMessageContaining("without a target for its replica set " + set);

        named.remove(set);
        assertThat(follow().applied()).hasSize(4);
        live(10);
        promoteToTheLatest();
    }

    @Test
    void aShardThatJoinsMayGetAnotherIdThereAndKeepsItUntilItLeaves() {
        String shard = source.cluster.addShard();
        String set = source.cluster.shards().get(shard).name();
        live(40);
        blocked();
        targets.add(set);
        named.put(set, targets.of(set).uri());
        mapped.put("nobody", "x");
        assertThatThrownBy(this::follow)
                .isInstanceOf(RestoreException.TargetRefused.class)
                .hasMessageContaining("nobody");
        mapped.clear();
        mapped.put(shard, "eu9");
        assertThat(follow().applied()).hasSize(5);
        assertThat(follow().applied()).hasSize(5);

        mapped.put(shard, "eu8");
        assertThatThrownBy(this::follow)
                .isInstanceOf(RestoreException.TargetRefused.class)
                .hasMessageContaining("the placement is");
        mapped.put(shard, "eu9");
        BsonTimestamp joined = latest();
        assertThat(Standby.prepare(request(ClusterTime.of(joined)), timeline()).plan().to())
                .isEqualTo(ClusterTime.of(joined));

        remove(shard);
        live(20);
        blocked();
        named.remove(set);
        assertThat(follow().applied()).hasSize(4);
        live(10);
        assertThat(follow().applied()).hasSize(4);
        promoteToTheLatest();
    }

    @Test
    void oneThatJoinedUnderAnotherIdIsThatShardWhenTheStandbyIsPromoted() {
        String shard = source.cluster.addShard();
        String set = source.cluster.shards().get(shard).name();
        live(30);
        blocked();
        targets.add(set);
        named.put(set, targets.of(set).uri());
        mapped.put(set, "eu9");
        follow();

        assertThat(promote(latest()).verified()).isTrue();
        List<String> ids =
                targets
                        .of(source.cluster.config().name())
                        .primary()
                        .find("config.shards", new BsonDocument(), Optional.empty())
                        .stream()
                        .map(document -> document.getString("_id").getValue())
                        .toList();
        assertThat(ids).contains("eu9").doesNotContain(shard).hasSize(4);
    }

    @Test
    void beforeItJoinsThePromotionNeedsNoTargetForIt() {
        source.cluster.addShard();
        live(20);
        Matcher ends = Pattern.compile("from there to (\\d+:\\d+)").matcher(blocked().getMessage());
        assertThat(ends.find()).isTrue();
        ClusterTime last = ClusterTime.parse(ends.group(1)).orElseThrow();

        BsonTimestamp time = safeUpTo(last);
        assertThat(promote(time).verified()).isTrue();
        targets.requireSame(time);
    }

    @Test
    void whileItHasJoinedTheTargetIsNeededToPromoteToo() {
        String shard = source.cluster.addShard();
        String set = source.cluster.shards().get(shard).name();
        live(30);
        blocked();
        BsonTimestamp latest = latest();

        assertThatThrownBy(() -> promote(latest))
                .isInstanceOf(RestoreException.NotCovered.class)
                .hasMessageContaining(set)
                .hasMessageContaining("followed first");
        targets.add(set);
        named.put(set, targets.of(set).uri());
        assertThatThrownBy(() -> promote(latest))
                .isInstanceOf(RestoreException.TargetRefused.class)
                .hasMessageContaining("The targets of " + set);
        follow();
        promoteToTheLatest();
    }

    @Test
    void aTargetThatIsForgottenOrNamedInVainIsRefused() {
        live(10);
        Map<String, String> all = new TreeMap<>(named);
        named.remove("rs1");
        assertThatThrownBy(this::follow)
                .isInstanceOf(RestoreException.TargetRefused.class)
                .hasMessageContaining("follows [rs1] too");

        named.putAll(all);
        targets.add("rs7");
        named.put("rs7", targets.of("rs7").uri());
        assertThatThrownBy(this::follow)
                .isInstanceOf(RestoreException.TargetRefused.class)
                .hasMessageContaining("The target of rs7");

        named.remove("rs7");
        assertThat(follow().applied()).hasSize(4);
    }

    @Test
    void oneThatIsCutOffWhileItMarksItsTargetsGoesOnAndPromotes() {
        targets.close();
        targets = new ServerTargets(source);
        named.putAll(targets.uris());
        List<String> marked = new ArrayList<>();

        assertThatThrownBy(() -> follow((uri, o) -> dyingAfterTwoMarks(uri, o, marked)))
                .hasMessage("killed");
        assertThat(marked).hasSize(2);
        live(10);
        assertThat(follow().applied()).hasSize(4);

        live(10);
        promoteToTheLatest();
    }

    private static RestoreTarget dyingAfterTwoMarks(
            String uri, RestoreOptions options, List<String> marked) {
        MongoTarget target = new MongoTarget(uri, options);
        return (RestoreTarget)
                Proxy.newProxyInstance(
                        RestoreTarget.class.getClassLoader(),
                        new Class<?>[] {RestoreTarget.class},
                        (proxy, method, arguments) -> {
                            if (method.getName().equals("mark")) {
                                if (marked.size() == 2) {
                                    throw new IllegalStateException("killed");
                                }
                                marked.add(uri);
                            }
                            return method.invoke(target, arguments);
                        });
    }

    private void remove(String shard) {
        while (!source.cluster
                .removeShard(shard)
                .getString("state")
                .getValue()
                .equals("completed")) {
            assertThat(source.cluster.routing().collections()).isNotEmpty();
        }
    }

    private void live(int steps) {
        source.run(steps);
        source.cluster.noopEverywhere();
        for (SimulatedReplicaSet set : source.cluster.replicaSets().values()) {
            List<OplogEntry> all = ClusterWorkload.entries(set);
            int from = archived.getOrDefault(set.name(), 0);
            archive.slices(
                    new Incarnation(set.replicaSetId().toHexString()),
                    set.name(),
                    source.roleOf(set),
                    from == 0 ? ClusterTime.ZERO : all.get(from - 1).clusterTime(),
                    all.subList(from, all.size()));
            archived.put(set.name(), all.size());
        }
    }

    private BsonTimestamp latest() {
        return safeUpTo(ClusterTime.MAX);
    }

    /** The archive of a shard that left ends earlier than it does: that is no bound. */
    private BsonTimestamp safeUpTo(ClusterTime end) {
        RestoreWindows windows = timeline().windows(Policy.EXACT);
        return (windows.isSafe(end) ? end : windows.before(end).orElseThrow()).toBson();
    }

    private void promoteToTheLatest() {
        BsonTimestamp time = latest();
        RestoreReport report = promote(time);
        assertThat(report.verified()).as("%s", report.problems()).isTrue();
        targets.requireSame(time);
    }

    private RestoreException blocked() {
        return catchThrowableOfType(RestoreException.NotCovered.class, this::follow);
    }

    /** Until nothing more is archived. */
    private FollowStatus follow() {
        return follow(MongoTarget::new);
    }

    private FollowStatus follow(RestoreTarget.Connector connector) {
        boolean[] stopped = new boolean[1];
        FollowWatch watch =
                new FollowWatch() {
                    @Override
                    public boolean isStopped() {
                        return stopped[0];
                    }

                    @Override
                    public void reached(FollowStatus status) {
                        // Its end is looked at.
                    }

                    @Override
                    public void pause(Duration atMost) {
                        stopped[0] = true;
                    }
                };
        return Standby.follow(
                request(ClusterTime.ZERO),
                AT_ONCE,
                OplogTail.NONE,
                RestoreProgress.silent(),
                watch,
                connector);
    }

    private RestoreReport promote(BsonTimestamp time) {
        RestoreRequest request = request(ClusterTime.of(time));
        return Standby.promote(
                request, Standby.prepare(request, timeline()), RestoreProgress.silent());
    }

    private ClusterTimeline timeline() {
        return new TimelineLookup(archive.store(), FrameKeys.NONE, TestArchive.CLUSTER)
                .fromArchive(entries -> {});
    }

    private RestoreRequest request(ClusterTime time) {
        return new RestoreRequest(
                archive.store(),
                FrameKeys.NONE,
                TestArchive.CLUSTER,
                time,
                named,
                RestoreOptions.defaults(),
                Safety.DEFAULT,
                new Placement(mapped, Map.of()));
    }
}
