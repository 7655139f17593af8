package io.tidemark.cli;

import java.util.Optional;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** A line on stderr that shows how far a verb has come; nothing where nobody watches. */
public final class Progress implements AutoCloseable {
    private final Optional<ProgressBar> bar;

    private Progress(Optional<ProgressBar> bar) {
        this.bar = bar;
    }

    /** Starts showing, if {@code console} is a terminal. */
    public static Progress of(Console console, String task) {
        return new Progress(
                console.terminal() ? Optional.of(bar(console, task)) : Optional.empty());
    }

    private static ProgressBar bar(Console console, String task) {
        return new ProgressBarBuilder()
                .setTaskName(task)
                .setInitialMax(-1)
                .setStyle(ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis(200)
                .setConsumer(new me.tongfei.progressbar.ConsoleProgressBarConsumer(console.err()))
                .build();
    }

    /** So many of {@code what} are done. */
    public void show(String what, long done) {
        bar.ifPresent(
                b -> {
                    b.setExtraMessage(what);
                    b.stepTo(done);
                });
    }

    @Override
    public void close() {
        bar.ifPresent(ProgressBar::close);
    }
}
