package io.tidemark.capture.operation;

import io.tidemark.schemas.model.ReplicaSet;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Since when nothing has moved on each replica set, by the leader's own clock. */
final class Movement {
    private record Seen(OperationPhase phase, long token, ShareState.Amount done, long nanos) {
        boolean isSame(ShareState share) {
            return phase == share.phase() && token == share.token() && done.equals(share.done());
        }
    }

    private final Map<ReplicaSet, Seen> last = new TreeMap<>();

    void see(ShareState share, long nanos) {
        Seen before = last.get(share.replicaSet());
        if (before == null || !before.isSame(share)) {
            last.put(
                    share.replicaSet(),
                    new Seen(share.phase(), share.token(), share.done(), nanos));
        }
    }

    /** A replica set that is not done and has not moved for so long. */
    Optional<ReplicaSet> stuck(long nanos, Duration limit) {
        return last.entrySet().stream()
                .filter(e -> !e.getValue().phase().isEnd())
                .filter(e -> nanos - e.getValue().nanos() >= limit.toNanos())
                .map(Map.Entry::getKey)
                .findFirst();
    }
}
