package io.tidemark.streams.fold;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.ReplicaSetRole;
import io.tidemark.streams.signal.Signal;
import io.tidemark.timeline.TimelineFold;
import io.tidemark.timeline.event.TopologyEvent;
import io.tidemark.timeline.pair.PairingLimits;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * The fold as a function of its signals, without Kafka. The same signals in the same order tell the
 * same events in the same order; when they are asked for makes no difference. So a fold restored
 * from a snapshot, given the signals since, knows by number which events were told before.
 */
final class Folding {
    private final Deque<TopologyEvent> untold = new ArrayDeque<>();
    private final List<Signal> early = new ArrayList<>();
    private TimelineFold fold;
    private long toldBefore;

    /** Nothing is known yet. */
    Folding() {}

    /**
     * Continues.
     *
     * @param snapshot {@link #snapshot}; empty if none was taken yet
     * @param events those kept, as last told
     * @param toldSince how many events were told after the snapshot: so many are not told again
     */
    Folding(Optional<byte[]> snapshot, Collection<TopologyEvent> events, long toldSince) {
        snapshot.ifPresent(
                bytes -> use(TimelineFold.restore(bytes, events, PairingLimits.DEFAULT)));
        toldBefore = toldSince;
    }

    /** Empty until the cluster's first members are known. */
    Optional<TimelineFold> fold() {
        return Optional.ofNullable(fold);
    }

    /** Signals that wait for the first members. */
    int earlyCount() {
        return early.size();
    }

    /** True if the signal can change anything. */
    boolean isNews(Signal signal) {
        if (fold == null) {
            return true;
        }
        if (signal instanceof Signal.Frontier frontier) {
            return isAfter(fold.capturedFrontiers().get(frontier.replicaSet()), frontier.through());
        }
        if (signal instanceof Signal.Archived archived) {
            return isAfter(fold.archivedFrontiers().get(archived.replicaSet()), archived.through());
        }
        if (signal instanceof Signal.Ended ended) {
            return isAfter(fold.end(ended.replicaSet()).orElse(null), ended.through());
        }
        return !(signal instanceof Signal.Role role) || isNews(role);
    }

    private boolean isNews(Signal.Role role) {
        return role.role() instanceof ReplicaSetRole.ShardServer shard
                && !fold.knowsRole(role.replicaSet(), shard.id());
    }

    /** Takes a signal in; returns the ids of the events forgotten by it. */
    List<String> apply(Signal signal) {
        if (fold != null) {
            return give(signal);
        }
        if (signal instanceof Signal.Founded founded) {
            use(
                    founded.complete()
                            ? TimelineFold.of(founded.config(), founded.shards())
                            : TimelineFold.guessing(founded.config(), founded.shards()));
            early.forEach(this::give);
            early.clear();
        } else {
            early.add(signal);
        }
        return List.of();
    }

    /** Pairs what can be paired by now, and gives the events that were not told yet. */
    List<TopologyEvent> tell() {
        if (fold != null) {
            fold.capturedWatermark();
        }
        List<TopologyEvent> events = List.copyOf(untold);
        untold.clear();
        return events;
    }

    /** Without the events. Only right after {@link #tell}. */
    byte[] snapshot() {
        if (!untold.isEmpty()) {
            throw new IllegalStateException(
                    "a snapshot would lose events that are not told: a bug");
        }
        return fold.snapshotWithoutEvents();
    }

    private void use(TimelineFold begun) {
        fold = begun;
        fold.onEvent(
                event -> {
                    if (toldBefore > 0) {
                        toldBefore--;
                    } else {
                        untold.add(event);
                    }
                });
    }

    private List<String> give(Signal signal) {
        if (signal instanceof Signal.Observed s) {
            fold.observe(s.observation());
        } else if (signal instanceof Signal.Frontier s) {
            fold.captured(s.replicaSet(), s.through());
        } else if (signal instanceof Signal.Begins s) {
            fold.started(s.replicaSet(), s.after());
            s.role().ifPresent(role -> role(s.replicaSet(), role));
        } else if (signal instanceof Signal.Role s) {
            role(s.replicaSet(), s.role());
        } else if (signal instanceof Signal.Lost s) {
            fold.gap(s.replicaSet(), s.gap());
        } else if (signal instanceof Signal.Reborn s) {
            reborn(s.replicaSet(), s.last(), s.first());
        } else if (signal instanceof Signal.Archived s) {
            fold.archived(s.replicaSet(), s.through());
        } else if (signal instanceof Signal.Ended s) {
            fold.ended(s.replicaSet(), s.through());
        } else if (signal instanceof Signal.BaseTaken s) {
            s.bases().forEach(fold::base);
        } else if (signal instanceof Signal.BaseGone s) {
            fold.baseGone(s.id());
        } else if (signal instanceof Signal.Forget s) {
            return fold.forgetBefore(s.oldest());
        }
        return List.of();
    }

    private void role(ReplicaSet set, ReplicaSetRole role) {
        if (role instanceof ReplicaSetRole.ShardServer shard) {
            fold.role(set, shard.id());
        }
    }

    private void reborn(ReplicaSet set, ClusterTime last, ClusterTime first) {
        fold.incarnationChanged(set, last, first);
    }

    private static boolean isAfter(ClusterTime known, ClusterTime time) {
        return known == null || time.isAfter(known);
    }
}
