package io.tidemark.restore;

import io.tidemark.restore.follow.FollowWatch;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;

/** Ends what comes before the first round when the standby is to end: the next run goes on. */
final class StoppableProgress implements RestoreProgress {
    /** Nothing is wrong. */
    static final class Stopped extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Stopped() {
            super("asked to end");
        }
    }

    private final RestoreProgress to;
    private final FollowWatch watch;
    private volatile boolean following;

    StoppableProgress(RestoreProgress to, FollowWatch watch) {
        this.to = to;
        this.watch = watch;
    }

    @Override
    public void phase(Phase phase) {
        to.phase(phase);
    }

    @Override
    public void baseLoaded(ReplicaSet replicaSet, long documents) {
        to.baseLoaded(replicaSet, documents);
        endIfStopped();
    }

    @Override
    public void replayed(ReplicaSet replicaSet, long entries, ClusterTime at) {
        to.replayed(replicaSet, entries, at);
        if (!following) {
            endIfStopped();
        }
    }

    @Override
    public void operationsRead(ReplicaSet replicaSet, long operations) {
        to.operationsRead(replicaSet, operations);
    }

    /** From here on what is applied ends with a checkpoint. */
    void follows() {
        following = true;
    }

    private void endIfStopped() {
        if (watch.isStopped()) {
            throw new Stopped();
        }
    }
}
