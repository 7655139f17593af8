package io.tidemark.streams.fold;

import io.tidemark.streams.signal.Signal;
import java.time.Duration;
import java.util.Optional;

/**
 * @param windowsInterval how often windows are published, if they changed
 * @param retention how far back, in cluster time before the archive's watermark, windows reach
 * @param snapshotSignals a snapshot replaces the log of signals when it holds so many
 * @param settle how long replica sets may take to tell their roles, where nobody tells the members
 * @param earlySignals so many may wait for the cluster's first members to be known
 * @param members the members from the first, if the operator gives them
 */
public record FoldSettings(
        Duration windowsInterval,
        Duration retention,
        int snapshotSignals,
        Duration settle,
        int earlySignals,
        Optional<Signal.Founded> members) {
    /** Bounds memory: a signal that waits takes some hundreds of bytes. */
    public static final int MOST_EARLY_SIGNALS = 200_000;
}
