package io.tidemark.capture.metrics;

import io.tidemark.capture.tail.OplogWindow;
import io.tidemark.capture.tail.TailProgress;
import io.tidemark.capture.tail.TailState;
import io.tidemark.schemas.model.Optime;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A tailer's progress as it is shown: while no member tells what its oplog holds, the clock stands
 * in for it, so that a capture that hangs does not go on to show its last good value.
 *
 * @param unasked for how long no member has told what its oplog holds
 */
record ShownProgress(TailProgress tail, Duration unasked) {
    /** Members are asked every 10 s; longer than this is a member, or a tailer, that hangs. */
    static final Duration MOST_UNASKED = Duration.ofSeconds(30);

    /** Seconds behind the member's newest entry; empty before a member was asked. */
    OptionalLong lagSeconds() {
        if (tail.window().isEmpty() || tail.capturedUntil().isEmpty()) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(tail.lagSeconds() + (isBlind() ? unasked.toSeconds() : 0));
    }

    /** Seconds that the oplog of the member reaches back. */
    OptionalLong windowSeconds() {
        return tail.window().map(w -> OptionalLong.of(w.seconds())).orElse(OptionalLong.empty());
    }

    /** Seconds until the oplog no longer holds what comes next, if capture stood still from now. */
    OptionalLong headroomSeconds() {
        OptionalLong lag = lagSeconds();
        return lag.isEmpty()
                ? OptionalLong.empty()
                : OptionalLong.of(Math.max(0, windowSeconds().orElse(0) - lag.getAsLong()));
    }

    /** What waits or stands in the way; empty if everything that the member holds is captured. */
    Optional<String> waiting() {
        if (tail.state() instanceof TailState.Stopped) {
            return Optional.empty();
        }
        if (!(tail.state() instanceof TailState.Tailing tailing)) {
            return Optional.of(
                    tail.state().word() + tail.error().map(e -> ", " + e).orElse("") + until());
        }
        if (unasked.compareTo(MOST_UNASKED) > 0) {
            return Optional.of(
                    "%s has not told for %d s what its oplog holds%s"
                            .formatted(tailing.member(), unasked.toSeconds(), until()));
        }
        Optional<Optime> newest = tail.window().map(OplogWindow::newest);
        boolean behind =
                newest.isPresent()
                        && tail.capturedUntil()
                                .map(c -> c.clusterTime().isBefore(newest.get().clusterTime()))
                                .orElse(true);
        return behind
                ? Optional.of(
                        "entries up to %s wait on %s%s"
                                .formatted(newest.get().clusterTime(), tailing.member(), until()))
                : Optional.empty();
    }

    private boolean isBlind() {
        return !(tail.state() instanceof TailState.Tailing) || unasked.compareTo(MOST_UNASKED) > 0;
    }

    private String until() {
        return "; captured until "
                + tail.capturedUntil().map(c -> c.clusterTime().toString()).orElse("nothing yet");
    }
}
