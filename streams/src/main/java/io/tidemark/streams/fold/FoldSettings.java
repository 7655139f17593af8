package io.tidemark.streams.fold;

import io.tidemark.streams.signal.Signal;
import java.time.Duration;
import java.util.Optional;

/**
 * @param windowsInterval how often windows are published, if they changed
 * @param retention how far back, in cluster time before the archive's watermark, windows reach
 * @param snapshotSignals a snapshot replaces the log of signals when it holds so many
 * @param settle how long replica sets may take to tell their roles, where nobody tells the members
 * @param members the members from the first, if the operator gives them
 */
public record FoldSettings(
        Duration windowsInterval,
        Duration retention,
        int snapshotSignals,
        Duration settle,
        Optional<Signal.Founded> members) {}
