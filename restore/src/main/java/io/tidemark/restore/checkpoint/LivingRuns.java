package io.tidemark.restore.checkpoint;

import io.tidemark.restore.RestoreException;
import io.tidemark.restore.RestoreTarget;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds out whether the runs that marks name are still at work. */
public final class LivingRuns {
    private static final Logger LOGGER = LoggerFactory.getLogger(LivingRuns.class);

    private final Duration watch;
    private final Pause pause;
    private final List<Unseen> unseen = new ArrayList<>();

    private record Unseen(RestoreTarget target, MarkPlace place, RunHolder run) {}

    /**
     * @param watch how long signs of life are waited for
     */
    public LivingRuns(Duration watch) {
        this(watch, time -> Thread.sleep(time.toMillis()));
    }

    /** As above, by a clock of the caller's. */
    LivingRuns(Duration watch, Pause pause) {
        this.watch = watch;
        this.pause = pause;
    }

    /** Lets time pass. */
    @FunctionalInterface
    interface Pause {
        void sleep(Duration time) throws InterruptedException;
    }

    /**
     * A mark that was found.
     *
     * @throws RestoreException.Held if its run is known to live
     */
    public void add(RestoreTarget target, MarkPlace place, RestoreMark mark) {
        mark.run()
                .ifPresent(
                        run -> {
                            switch (ThisProcess.of(run)) {
                                case ALIVE -> throw held(target, run);
                                case UNSEEN -> unseen.add(new Unseen(target, place, run));
                                default -> {
                                    // It will write nothing more.
                                }
                            }
                        });
    }

    /**
     * Watches the runs that only their signs of life tell of; returns at once if there are none.
     *
     * @throws RestoreException.Held if one of them lives
     */
    public void requireNone() {
        if (unseen.isEmpty()) {
            return;
        }
        RunHolder first = unseen.get(0).run();
        LOGGER.atInfo()
                .addKeyValue("run", first.words())
                .addKeyValue("seconds", watch.toSeconds())
                .log("Waiting whether the run that marked the targets gives a sign of life");
        sleep();
        for (Unseen before : unseen) {
            Optional<RunHolder> now =
                    Checkpoints.markOf(before.target(), before.place()).flatMap(RestoreMark::run);
            if (!now.equals(Optional.of(before.run()))) {
                throw held(before.target(), now.orElse(first));
            }
        }
        unseen.clear();
    }

    private void sleep() {
        try {
            pause.sleep(watch);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RestoreException.Held("Interrupted while looking for another run.");
        }
    }

    private static RestoreException held(RestoreTarget target, RunHolder run) {
        return new RestoreException.Held(
                "Target "
                        + target
                        + " is being written to by another run ("
                        + run.words()
                        + "). Let it end, or stop it and run this again: the same restore goes on"
                        + " from its last checkpoint. Nothing was written.");
    }
}
