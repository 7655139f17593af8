package io.tidemark.cli.follow;

import io.tidemark.restore.follow.FollowStatus;
import io.tidemark.restore.follow.FollowWatch;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Follows until the process is asked to end, and lets the process end only when the standby has. A
 * standby that was asked to end and did is no failure, whatever the signal: exit code 0.
 */
final class Following implements FollowWatch, AutoCloseable {
    /** Longer than a checkpoint takes; a process that is killed then goes on as well. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final StandbyDisplay display;
    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Thread hook = new Thread(this::end, "standby-end");
    private volatile boolean well;

    Following(StandbyDisplay display) {
        this.display = display;
        Runtime.getRuntime().addShutdownHook(hook);
    }

    private void end() {
        asked.countDown();
        try {
            boolean inTime = ended.await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            if (inTime && well) {
                // Else the process would tell of the signal, not of how it ended.
                Runtime.getRuntime().halt(0);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** All that was to be said is said. */
    void done() {
        well = true;
    }

    @Override
    public boolean isStopped() {
        return asked.getCount() == 0;
    }

    @Override
    public void reached(FollowStatus status) {
        display.reached(status);
    }

    @Override
    public void pause(Duration atMost) {
        try {
            if (asked.await(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            asked.countDown();
        }
    }

    @Override
    public void close() {
        ended.countDown();
        if (!isStopped()) {
            Runtime.getRuntime().removeShutdownHook(hook);
        }
    }
}
