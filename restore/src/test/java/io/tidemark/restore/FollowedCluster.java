package io.tidemark.restore;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.embedded.mongo.ServerVersion;
import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import io.tidemark.restore.follow.FollowOptions;
import io.tidemark.restore.follow.FollowStatus;
import io.tidemark.restore.follow.FollowWatch;
import io.tidemark.restore.follow.OplogTail;
import io.tidemark.restore.report.RestoreReport;
import io.tidemark.restore.target.MongoTarget;
import io.tidemark.restore.timeline.ClusterTimeline;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.oplog.OplogEntry;
import io.tidemark.storage.frames.FrameKeys;
import io.tidemark.timeline.window.Policy;
import io.tidemark.timeline.window.RestoreWindows;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bson.BsonTimestamp;

/** A cluster that lives on while a standby of simulated servers follows its archive. */
final class FollowedCluster implements AutoCloseable {
    private static final FollowOptions AT_ONCE = new FollowOptions(Duration.ZERO, 0, Duration.ZERO);

    final ClusterWorkload source;
    final Map<String, String> named = new TreeMap<>();
    final Map<String, String> mapped = new TreeMap<>();
    private final TestArchive archive;
    private final Replacement replacement;
    private final Map<String, Integer> archived = new HashMap<>();
    private ServerTargets targets;

    FollowedCluster(Path folder, long seed, Replacement replacement) {
        this.source = new ClusterWorkload(ServerVersion.V5_0, seed);
        this.archive = new TestArchive(folder);
        this.replacement = replacement;
        this.targets = new ServerTargets(source);
        named.putAll(targets.uris());
    }

    ServerTargets targets() {
        return targets;
    }

    /** As if nothing had been restored yet. */
    void replaceTargets() {
        targets.close();
        targets = new ServerTargets(source);
        named.putAll(targets.uris());
    }

    void live(int steps) {
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

    BsonTimestamp latest() {
        return safeUpTo(ClusterTime.MAX);
    }

    /** The archive of a shard that left ends earlier than it does: that is no bound. */
    BsonTimestamp safeUpTo(ClusterTime end) {
        RestoreWindows windows = timeline().windows(Policy.EXACT);
        return (windows.isSafe(end) ? end : windows.before(end).orElseThrow()).toBson();
    }

    void promoteToTheLatest() {
        BsonTimestamp time = latest();
        RestoreReport report = promote(time);
        assertThat(report.verified()).as("%s", report.problems()).isTrue();
        targets.requireSame(time);
    }

    /** Until nothing more is archived. */
    FollowStatus follow() {
        return follow(MongoTarget::new);
    }

    FollowStatus follow(RestoreTarget.Connector connector) {
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

    RestoreReport promote(BsonTimestamp time) {
        RestoreRequest request = request(ClusterTime.of(time));
        return Standby.promote(
                request, Standby.prepare(request, timeline()), RestoreProgress.silent());
    }

    ClusterTimeline timeline() {
        return archive.timeline();
    }

    RestoreRequest request(ClusterTime time) {
        return new RestoreRequest(
                archive.store(),
                FrameKeys.NONE,
                TestArchive.CLUSTER,
                time,
                named,
                RestoreOptions.defaults(),
                Safety.DEFAULT,
                new Placement(mapped, Map.of(), List.of(), replacement));
    }

    @Override
    public void close() {
        targets.close();
        archive.close();
        source.close();
    }
}
