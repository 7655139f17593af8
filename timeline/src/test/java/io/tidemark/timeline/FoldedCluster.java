package io.tidemark.timeline;

import static io.tidemark.timeline.Entries.CFG;
import static io.tidemark.timeline.Entries.RS0;
import static io.tidemark.timeline.Entries.RS1;
import static io.tidemark.timeline.Entries.t;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Shard;
import io.tidemark.timeline.window.Base;
import java.util.List;

/** A cluster of shards s0 and s1, and how much of it is in the archive. */
final class FoldedCluster {
    final TimelineFold fold =
            TimelineFold.of(CFG, List.of(new Shard("s0", RS0), new Shard("s1", RS1)));

    void fromBirth() {
        List.of(CFG, RS0, RS1).forEach(set -> fold.started(set, ClusterTime.ZERO));
    }

    void started(long after) {
        List.of(CFG, RS0, RS1).forEach(set -> fold.started(set, t(after)));
    }

    void base(String id, long replayFrom, long end) {
        List.of(CFG, RS0, RS1).forEach(set -> fold.base(new Base(id, set, t(replayFrom), t(end))));
    }

    void feed(Entries given) {
        given.all().forEach(at -> fold.accept(at.replicaSet(), at.entry()));
    }

    void archivedAll(long seconds) {
        List.of(CFG, RS0, RS1).forEach(set -> fold.archived(set, t(seconds)));
    }

    void archive(Entries given) {
        feed(given);
        given.all().forEach(at -> fold.archived(at.replicaSet(), at.entry().clusterTime()));
    }
}
