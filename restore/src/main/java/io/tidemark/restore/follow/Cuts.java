package io.tidemark.restore.follow;

import io.tidemark.schemas.model.ClusterTime;
import java.time.Duration;

/** Arithmetic of cluster times with seconds. */
public final class Cuts {
    private Cuts() {}

    /** So much before; 0:0 if there is nothing so far back. */
    public static ClusterTime behind(ClusterTime time, Duration delay) {
        long seconds = time.seconds() - delay.toSeconds();
        return seconds <= 0 && delay.toSeconds() > 0
                ? ClusterTime.ZERO
                : new ClusterTime(seconds, time.increment());
    }

    /** So much after. */
    public static ClusterTime beyond(ClusterTime time, Duration step) {
        long most = ClusterTime.MAX.seconds();
        return new ClusterTime(Math.min(most, time.seconds() + step.toSeconds()), time.increment());
    }
}
