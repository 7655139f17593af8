package io.tidemark.restore;

import io.tidemark.restore.follow.FollowOptions;
import io.tidemark.restore.follow.FollowStatus;
import io.tidemark.restore.follow.FollowWatch;
import io.tidemark.restore.follow.OplogTail;
import io.tidemark.restore.report.RestoreReport;
import io.tidemark.restore.timeline.ClusterTimeline;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Namespace;
import io.tidemark.schemas.model.ReplicaSetRole;
import io.tidemark.schemas.oplog.OplogEntry;
import io.tidemark.storage.frames.FrameKeys;
import io.tidemark.timeline.window.Policy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** An archive of one replica set, one entry a second, each inserts a document; and its standby. */
final class FollowedSet implements AutoCloseable {
    static final ReplicaSetRole ROLE = ReplicaSetRole.shard("rs");
    static final FollowOptions AT_ONCE = new FollowOptions(Duration.ZERO, 0, Duration.ZERO);

    final TestArchive archive;
    private final RestoreTarget.Connector connector;
    private boolean restarts;
    private boolean forces;

    FollowedSet(Path folder, RestoreTarget.Connector connector) {
        this.archive = new TestArchive(folder);
        this.connector = connector;
    }

    /** Each time that it finds nothing new, something happens; then it is stopped. */
    FollowStatus follow(FollowOptions options, Runnable... events) {
        return follow(options, OplogTail.NONE, events);
    }

    FollowStatus follow(FollowOptions options, OplogTail tail, Runnable... events) {
        return follow(options, tail, RestoreProgress.silent(), events);
    }

    FollowStatus follow(
            FollowOptions options, OplogTail tail, RestoreProgress progress, Runnable... events) {
        FollowWatch watch =
                new FollowWatch() {
                    private int happened;
                    private volatile boolean stopped;

                    @Override
                    public boolean isStopped() {
                        return stopped;
                    }

                    @Override
                    public void reached(FollowStatus status) {
                        // Its end is looked at.
                    }

                    @Override
                    public void pause(Duration atMost) {
                        if (happened < events.length) {
                            events[happened++].run();
                        } else {
                            stopped = true;
                        }
                    }
                };
        return Standby.follow(request(ClusterTime.ZERO), options, tail, progress, watch, connector);
    }

    RestoreReport promote(ClusterTime time) {
        return promote(time, RestoreProgress.silent());
    }

    RestoreReport promote(ClusterTime time, RestoreProgress progress) {
        RestoreRequest request = request(time);
        PreparedRestore prepared = Standby.prepare(request, timeline(), connector);
        return Standby.promote(request, prepared, progress, connector);
    }

    void restore(ClusterTime time) {
        Restore.run(request(time), RestoreProgress.silent(), connector);
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
                Map.of("rs", "rs"),
                RestoreOptions.defaults().restarting(restarts),
                new Safety(Policy.EXACT, forces));
    }

    /** The next standby takes back what this one has done. */
    FollowedSet restarting() {
        restarts = true;
        return this;
    }

    /** Unsafe times are promoted to as well. */
    FollowedSet forcing() {
        forces = true;
        return this;
    }

    void grow(int after, int through) {
        List<OplogEntry> entries = new ArrayList<>();
        for (int second = after + 1; second <= through; second++) {
            entries.add(entry(second));
        }
        archive.slices("rs", ROLE, after == 0 ? ClusterTime.ZERO : at(after), entries);
    }

    /** What the documents are after that second, as a base of its own. */
    void base(String id, int second) {
        List<RawDocument> documents = new ArrayList<>();
        for (int each = 2; each <= second; each++) {
            documents.add(BsonFiles.json("{_id: " + each + "}"));
        }
        archive.base(
                id, "rs", ROLE, at(second), at(second), Map.of(Namespace.of("db.c"), documents));
    }

    static ClusterTime at(int second) {
        return new ClusterTime(second, 1);
    }

    static OplogEntry entry(int second) {
        String change =
                second == 1
                        ? "op: 'c', ns: 'db.$cmd', o: {create: 'c'}"
                        : "op: 'i', ns: 'db.c', o: {_id: " + second + "}";
        return OplogEntry.of(
                BsonFiles.json(
                        "{%s, ui: {$uuid: '00000000-0000-4000-8000-000000000001'}, ts: {$timestamp: {t: %d, i: 1}}, t: {$numberLong: '1'}, v: {$numberLong: '2'}}"
                                .formatted(change, second)));
    }

    @Override
    public void close() {
        archive.close();
    }
}
