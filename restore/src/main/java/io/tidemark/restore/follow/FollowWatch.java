package io.tidemark.restore.follow;

import java.time.Duration;

/** What a standby asks and tells while it follows; called by its own thread, but for stopping. */
public interface FollowWatch {
    /** True when it is to end; asked often, by several threads. */
    boolean isStopped();

    /** It has come further, or looked and found nothing new. */
    void reached(FollowStatus status);

    /** There is nothing to apply: returns after that time, or sooner when it is to end. */
    void pause(Duration atMost);
}
