package io.tidemark.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.tidemark.restore.follow.FollowStatus;
import io.tidemark.restore.target.MongoTarget;
import io.tidemark.schemas.model.ClusterTime;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
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
    @TempDir Path folder;
    private FollowedCluster followed;
    private ClusterWorkload source;

    @BeforeEach
    void itFollowsAClusterThatAShardJoins() {
        followed = new FollowedCluster(folder, 6, Replacement.NONE);
        source = followed.source;
        followed.live(25);
        followed.follow();
    }

    @AfterEach
    void close() {
        followed.close();
    }

    @Test
    void aShardThatJoinsIsFollowedOnceItHasATargetAndOneThatLeavesIsLeftOut() {
        String shard = source.cluster.addShard();
        String set = source.cluster.shards().get(shard).name();
        followed.live(40);

        RestoreException joins = blocked();
        assertThat(joins)
                .hasMessageContaining("shard '" + shard + "' joins the cluster")
                .hasMessageContaining("--target " + set + "=URI");
        followed.targets().add(set);
        followed.named.put(set, followed.targets().of(set).uri());
        followed.live(20);
        FollowStatus with = followed.follow();
        assertThat(with.applied()).hasSize(5);

        remove(shard);
        followed.live(20);
        assertThat(blocked())
                .hasMessageContaining("shard '" + shard + "' leaves the cluster")
                .hasMessageContaining("without a target for its replica set " + set);

        followed.named.remove(set);
        assertThat(followed.follow().applied()).hasSize(4);
        followed.live(10);
        followed.promoteToTheLatest();
    }

    @Test
    void aShardThatJoinsMayGetAnotherIdThereAndKeepsItUntilItLeaves() {
        String shard = source.cluster.addShard();
        String set = source.cluster.shards().get(shard).name();
        followed.live(40);
        blocked();
        followed.targets().add(set);
        followed.named.put(set, followed.targets().of(set).uri());
        followed.mapped.put("nobody", "x");
        assertThatThrownBy(followed::follow)
                .isInstanceOf(RestoreException.TargetRefused.class)
                .hasMessageContaining("nobody");
        followed.mapped.clear();
        followed.mapped.put(shard, "eu9");
        assertThat(followed.follow().applied()).hasSize(5);
        assertThat(followed.follow().applied()).hasSize(5);

        followed.mapped.put(shard, "eu8");
        assertThatThrownBy(followed::follow)
                .isInstanceOf(RestoreException.TargetRefused.class)
                .hasMessageContaining("the placement is");
        followed.mapped.put(shard, "eu9");
        BsonTimestamp joined = followed.latest();
        assertThat(
                        Standby.prepare(
                                        followed.request(ClusterTime.of(joined)),
                                        followed.timeline())
                                .plan()
                                .to())
                .isEqualTo(ClusterTime.of(joined));

        remove(shard);
        followed.live(20);
        blocked();
        followed.named.remove(set);
        assertThat(followed.follow().applied()).hasSize(4);
        followed.live(10);
        assertThat(followed.follow().applied()).hasSize(4);
        followed.promoteToTheLatest();
    }

    @Test
    void oneThatJoinedUnderAnotherIdIsThatShardWhenTheStandbyIsPromoted() {
        String shard = source.cluster.addShard();
        String set = source.cluster.shards().get(shard).name();
        followed.live(30);
        blocked();
        followed.targets().add(set);
        followed.named.put(set, followed.targets().of(set).uri());
        followed.mapped.put(set, "eu9");
        followed.follow();

        assertThat(followed.promote(followed.latest()).verified()).isTrue();
        List<String> ids =
                followed
                        .targets()
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
        followed.live(20);
        Matcher ends = Pattern.compile("from there to (\\d+:\\d+)").matcher(blocked().getMessage());
        assertThat(ends.find()).isTrue();
        ClusterTime last = ClusterTime.parse(ends.group(1)).orElseThrow();

        BsonTimestamp time = followed.safeUpTo(last);
        assertThat(followed.promote(time).verified()).isTrue();
        followed.targets().requireSame(time);
    }

    @Test
    void whileItHasJoinedTheTargetIsNeededToPromoteToo() {
        String shard = source.cluster.addShard();
        String set = source.cluster.shards().get(shard).name();
        followed.live(30);
        blocked();
        BsonTimestamp latest = followed.latest();

        assertThatThrownBy(() -> followed.promote(latest))
                .isInstanceOf(RestoreException.NotCovered.class)
                .hasMessageContaining(set)
                .hasMessageContaining("followed first");
        followed.targets().add(set);
        followed.named.put(set, followed.targets().of(set).uri());
        assertThatThrownBy(() -> followed.promote(latest))
                .isInstanceOf(RestoreException.TargetRefused.class)
                .hasMessageContaining("The targets of " + set);
        followed.follow();
        followed.promoteToTheLatest();
    }

    @Test
    void aTargetThatIsForgottenOrNamedInVainIsRefused() {
        followed.live(10);
        Map<String, String> all = new TreeMap<>(followed.named);
        followed.named.remove("rs1");
        assertThatThrownBy(followed::follow)
                .isInstanceOf(RestoreException.TargetRefused.class)
                .hasMessageContaining("follows [rs1] too");

        followed.named.putAll(all);
        followed.targets().add("rs7");
        followed.named.put("rs7", followed.targets().of("rs7").uri());
        assertThatThrownBy(followed::follow)
                .isInstanceOf(RestoreException.TargetRefused.class)
                .hasMessageContaining("The target of rs7");

        followed.named.remove("rs7");
        assertThat(followed.follow().applied()).hasSize(4);
    }

    @Test
    void oneThatIsCutOffWhileItMarksItsTargetsGoesOnAndPromotes() {
        followed.replaceTargets();
        List<String> marked = new ArrayList<>();

        assertThatThrownBy(() -> followed.follow((uri, o) -> dyingAfterTwoMarks(uri, o, marked)))
                .hasMessage("killed");
        assertThat(marked).hasSize(2);
        followed.live(10);
        assertThat(followed.follow().applied()).hasSize(4);

        followed.live(10);
        followed.promoteToTheLatest();
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

    private RestoreException blocked() {
        return catchThrowableOfType(RestoreException.NotCovered.class, followed::follow);
    }
}
