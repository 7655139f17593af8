package io.tidemark.restore.checkpoint;

import io.tidemark.restore.previous.KeptPrevious;
import io.tidemark.restore.replay.transaction.Decision;
import io.tidemark.restore.report.RestoreReport;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/**
 * The one document that makes a checkpoint: it names the documents that belong to it by their
 * epoch, and is replaced as a whole.
 *
 * @param restore the same in all targets of a restore
 * @param description for people
 * @param arguments what the restore was asked for, in words: who goes on must ask for the same
 * @param epoch counts the checkpoints of this target
 * @param decisions about transactions open at the restored time; once they are here, they stand
 * @param report of a restore that is done
 * @param run who writes into the target now, or did so last
 */
public record RestoreMark(
        UUID restore,
        String description,
        Map<String, String> arguments,
        TargetBefore before,
        long epoch,
        Standing standing,
        List<Decision> decisions,
        Optional<RestoreReport> report,
        Optional<RunHolder> run) {
    public RestoreMark {
        arguments = new TreeMap<>(arguments);
        decisions = List.copyOf(decisions);
    }

    public RestoreMark next(Standing now) {
        return new RestoreMark(
                restore, description, arguments, before, epoch + 1, now, decisions, report, run);
    }

    public RestoreMark decided(List<Decision> made) {
        return new RestoreMark(
                restore, description, arguments, before, epoch, standing, made, report, run);
    }

    public RestoreMark done(RestoreReport made) {
        return new RestoreMark(
                restore,
                description,
                arguments,
                before,
                epoch,
                standing.at(Stage.DONE),
                decisions,
                Optional.of(made),
                run);
    }

    /** The same, standing there: its log goes on. */
    public RestoreMark standing(Standing now) {
        return new RestoreMark(
                restore, description, arguments, before, epoch, now, decisions, report, run);
    }

    /** The same, asked for one thing more. */
    public RestoreMark with(String name, String value) {
        Map<String, String> all = new TreeMap<>(arguments);
        all.put(name, value);
        return new RestoreMark(
                restore, description, all, before, epoch, standing, decisions, report, run);
    }

    /** The same, before accounts of those names that the target has are replaced. */
    public RestoreMark replacingAccounts(List<String> names) {
        return of(before.withAccounts(names));
    }

    /** The same, of a target of which that is kept. */
    public RestoreMark keeping(KeptPrevious kept) {
        return of(before.keeping(kept));
    }

    private RestoreMark of(TargetBefore was) {
        return new RestoreMark(
                restore, description, arguments, was, epoch, standing, decisions, report, run);
    }

    /** The same, in the hands of that run. */
    public RestoreMark heldBy(RunHolder holder) {
        return new RestoreMark(
                restore,
                description,
                arguments,
                before,
                epoch,
                standing,
                decisions,
                report,
                Optional.of(holder));
    }
}
