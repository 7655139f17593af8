package io.tidemark.capture.ownership;

import io.tidemark.capture.shards.SourceSet;
import io.tidemark.capture.shards.SourceSets;
import io.tidemark.capture.tail.TailProgress;
import io.tidemark.capture.tail.TailState;
import io.tidemark.schemas.model.ReplicaSet;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tailers of the replica sets that this agent owns now. Changed by the owner thread only; read
 * by any.
 */
final class OwnedTailers {
    private static final Logger LOGGER = LoggerFactory.getLogger(OwnedTailers.class);
    private final TailerFactory factory;
    private final Duration stopTimeout;
    private final Duration restartAfter;
    private final Set<ReplicaSet> assigned = new HashSet<>();
    private final Map<ReplicaSet, TailThread> running = new ConcurrentHashMap<>();

    /**
     * @param restartAfter a tailer that was fenced though this agent is still the owner begins
     *     again after this time: longer than Kafka needs to tell an agent that it is not
     */
    OwnedTailers(TailerFactory factory, Duration stopTimeout, Duration restartAfter) {
        this.factory = factory;
        this.stopTimeout = stopTimeout;
        this.restartAfter = restartAfter;
    }

    void assigned(Collection<ReplicaSet> sets) {
        assigned.addAll(sets);
        sets.forEach(
                set -> LOGGER.atInfo().addKeyValue("replicaSet", set).log("Owns the replica set"));
    }

    /**
     * The next owner waits for this to return, so all stop at the same time.
     *
     * @return how far they came
     */
    Map<ReplicaSet, TailProgress> revoked(Collection<ReplicaSet> sets, String why) {
        Map<ReplicaSet, TailProgress> last = new TreeMap<>();
        assigned.removeAll(sets);
        sets.forEach(set -> Optional.ofNullable(running.get(set)).ifPresent(t -> t.stop(why)));
        long deadline = System.nanoTime() + stopTimeout.toNanos();
        for (ReplicaSet set : sets) {
            TailThread thread = running.remove(set);
            if (thread != null) {
                thread.awaitEnd(Duration.ofNanos(deadline - System.nanoTime()));
                last.put(set, thread.progress());
                LOGGER.atInfo()
                        .addKeyValue("replicaSet", set)
                        .addKeyValue("why", why)
                        .log("Gave up the replica set");
            }
        }
        return last;
    }

    /** Another agent may own them already, so nothing is waited for. */
    void lost(Collection<ReplicaSet> sets) {
        assigned.removeAll(sets);
        for (ReplicaSet set : sets) {
            TailThread thread = running.remove(set);
            if (thread != null) {
                thread.stop("ownership was lost");
                LOGGER.atWarn().addKeyValue("replicaSet", set).log("Lost the replica set");
            }
        }
    }

    Map<ReplicaSet, TailProgress> revokeAll(String why) {
        return revoked(Set.copyOf(assigned), why);
    }

    /** Starts what is owned and known, retires what left the cluster. */
    void reconcile(SourceSets known) {
        for (ReplicaSet set : assigned) {
            Optional<SourceSet> source = known.find(set);
            TailThread thread = running.get(set);
            if (source.isPresent() && (thread == null || mayRestart(thread))) {
                start(source.get());
            } else if (thread != null && source.isEmpty() && known.isKnown()) {
                thread.retire();
            }
        }
    }

    Map<ReplicaSet, TailProgress> progress() {
        Map<ReplicaSet, TailProgress> progress = new TreeMap<>();
        running.forEach((set, thread) -> progress.put(set, thread.progress()));
        return progress;
    }

    /** A bug that ended a tailer. */
    Optional<Throwable> failure() {
        return running.values().stream().flatMap(t -> t.failure().stream()).findFirst();
    }

    private boolean mayRestart(TailThread thread) {
        if (!thread.hasEnded() || thread.progress().state() instanceof TailState.Diverged) {
            return false;
        }
        // Stopped, yet owned and known: the shard left and came back.
        return thread.progress().state() instanceof TailState.Stopped
                || System.nanoTime() - thread.endedNanos() >= restartAfter.toNanos();
    }

    private void start(SourceSet source) {
        TailThread thread = new TailThread(factory.tailerOf(source));
        running.put(source.replicaSet(), thread);
        thread.start();
    }
}
