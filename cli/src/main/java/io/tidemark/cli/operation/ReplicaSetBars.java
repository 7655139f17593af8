package io.tidemark.cli.operation;

import io.tidemark.cli.Console;
import io.tidemark.schemas.avro.OperationShare;
import java.io.PrintStream;
import java.util.Map;
import java.util.TreeMap;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/**
 * How far an operation is on each replica set: a bar for each where a person watches, else a line
 * whenever one begins or ends.
 */
public final class ReplicaSetBars implements AutoCloseable {
    private static final long MIB = 1L << 20;
    private final boolean drawn;
    private final PrintStream words;
    private final Map<String, ProgressBar> bars = new TreeMap<>();
    private final Map<String, String> phases = new TreeMap<>();

    public ReplicaSetBars(Console console, PrintStream words) {
        this.drawn = console.terminal();
        this.words = words;
    }

    public void show(OperationAnswer answer) {
        answer.operation().getReplicaSets().forEach(this::show);
    }

    private void show(OperationShare set) {
        boolean news = !set.getPhase().equals(phases.put(set.getReplicaSet(), set.getPhase()));
        if (drawn) {
            ProgressBar bar = bars.computeIfAbsent(set.getReplicaSet(), ReplicaSetBars::bar);
            // An estimate until the end: collections grow and shrink while they are read.
            boolean done = set.getPhase().equals("done");
            long expected = done ? 0 : set.getExpectedBytes();
            bar.maxHint(Math.max(expected, set.getBytes()) / MIB);
            bar.stepTo(set.getBytes() / MIB);
            bar.setExtraMessage(set.getPhase());
        } else if (news) {
            words.printf(
                    "  %-12s %s%s%s%n",
                    set.getReplicaSet(),
                    set.getPhase(),
                    set.getOwner().isEmpty() ? "" : " by " + set.getOwner(),
                    set.getWhy() == null ? "" : "; " + set.getWhy());
        }
    }

    /** The library's own consumer draws several bars below each other, on stderr. */
    private static ProgressBar bar(String replicaSet) {
        return new ProgressBarBuilder()
                .setTaskName(replicaSet)
                .setUnit(" MiB", 1)
                .setInitialMax(-1)
                .setStyle(ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis(250)
                .build();
    }

    @Override
    public void close() {
        bars.values().forEach(ProgressBar::close);
        bars.clear();
    }
}
