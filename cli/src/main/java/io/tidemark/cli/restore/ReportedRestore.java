package io.tidemark.cli.restore;

import io.tidemark.cli.Console;
import io.tidemark.cli.ExitCode;
import io.tidemark.cli.GoingOn;
import io.tidemark.cli.Progress;
import io.tidemark.restore.PreparedRestore;
import io.tidemark.restore.RestoreException;
import io.tidemark.restore.RestoreProgress;
import io.tidemark.restore.report.RestoreReport;
import io.tidemark.storage.object.ObjectStore;
import java.io.PrintStream;
import java.util.function.Function;

/**
 * Runs something that ends with the report of a restore, and shows both.
 *
 * @param json whether the report goes to stdout as JSON
 * @param goingOn what is done when it is cut off
 * @param begunNanos when the command began its work: what comes before the restore itself, looking
 *     for safe times and planning, is part of what an operator waits for, and of what {@code plan}
 *     tells
 */
public record ReportedRestore(
        Console console, boolean json, ProgressOption shown, GoingOn goingOn, long begunNanos) {
    /**
     * @param task what it is called on a terminal
     * @return done, or a difference: then too the report is shown
     */
    public ExitCode run(
            String task,
            PreparedRestore prepared,
            ObjectStore bucket,
            Function<RestoreProgress, RestoreReport> work) {
        PrintStream words = console.words(json);
        try (Progress progress = Progress.of(console, task)) {
            PacedProgress paced =
                    new PacedProgress(
                            shown.display(console, words, progress),
                            RestoreSize.of(prepared, bucket),
                            shown.interval(console),
                            System::nanoTime);
            RestoreReport report = goingOn.told(() -> work.apply(paced));
            progress.close();
            answer(report, words);
            return ExitCode.DONE;
        } catch (RestoreException.VerificationFailed different) {
            // The report says what was restored; the message what is wrong with it.
            answer(different.report(), words);
            console.err().println("tidemark: " + different.getMessage());
            return ExitCode.DIFFERENCE;
        }
    }

    private void answer(RestoreReport report, PrintStream words) {
        double seconds = (System.nanoTime() - begunNanos) / 1e9;
        ReportAnswer answer = new ReportAnswer(report.taking(seconds));
        answer.words(words);
        if (json) {
            console.document(answer.json());
        }
    }
}
