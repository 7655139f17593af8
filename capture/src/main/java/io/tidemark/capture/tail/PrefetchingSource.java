package io.tidemark.capture.tail;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.model.ReplicaSet;
import java.time.Duration;

/** A source whose cursors read ahead, see {@link PrefetchingCursor}. */
public final class PrefetchingSource implements OplogSource {
    private final OplogSource inner;
    private final Duration awaitData;
    private final String threadName;

    public PrefetchingSource(OplogSource inner, ReplicaSet replicaSet, Duration awaitData) {
        this.inner = inner;
        this.awaitData = awaitData;
        this.threadName = "oplog-read-" + replicaSet;
    }

    @Override
    public Incarnation incarnation() {
        return inner.incarnation();
    }

    @Override
    public OplogMembers members() {
        return inner.members();
    }

    @Override
    public OplogWindow window(OplogMember member) {
        return inner.window(member);
    }

    @Override
    public OplogCursor open(OplogMember member, ClusterTime from) {
        return new PrefetchingCursor(inner.open(member, from), awaitData, threadName);
    }

    @Override
    public void close() {
        inner.close();
    }
}
