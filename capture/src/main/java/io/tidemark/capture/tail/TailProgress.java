package io.tidemark.capture.tail;

import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.model.Optime;
import java.util.Optional;

/**
 * How far a tailer is; immutable, so that any thread may look.
 *
 * @param capturedUntil the last place committed to the topic: of an entry, a GAP or a START
 * @param window the member's oplog when it was last asked
 * @param entries records committed since the tailer began
 * @param gaps gaps recorded since the tailer began
 * @param error the last failure, until something is committed again
 */
public record TailProgress(
        TailState state,
        Optional<Incarnation> incarnation,
        Optional<Optime> capturedUntil,
        Optional<OplogWindow> window,
        long entries,
        long gaps,
        Optional<String> error) {
    static final TailProgress NONE =
            new TailProgress(
                    new TailState.Starting(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    0,
                    0,
                    Optional.empty());

    /** Seconds of cluster time that the member held and the topic did not, when last asked. */
    public long lagSeconds() {
        if (window.isEmpty() || capturedUntil.isEmpty()) {
            return 0;
        }
        long newest = window.get().newest().clusterTime().seconds();
        return Math.max(0, newest - capturedUntil.get().clusterTime().seconds());
    }

    TailProgress in(TailState next) {
        return new TailProgress(next, incarnation, capturedUntil, window, entries, gaps, error);
    }

    TailProgress of(Incarnation value) {
        return new TailProgress(
                state, Optional.of(value), capturedUntil, window, entries, gaps, error);
    }

    TailProgress committed(Optime until, long entriesNow, long gapsNow) {
        return new TailProgress(
                state,
                incarnation,
                Optional.of(until),
                window,
                entriesNow,
                gapsNow,
                Optional.empty());
    }

    TailProgress seeing(OplogWindow now) {
        return new TailProgress(
                state, incarnation, capturedUntil, Optional.of(now), entries, gaps, error);
    }

    TailProgress failed(String what) {
        return new TailProgress(
                state, incarnation, capturedUntil, window, entries, gaps, Optional.of(what));
    }
}
