package io.tidemark.cli.prune;

import io.tidemark.capture.SourceLocks;
import io.tidemark.capture.control.KnownBases;
import io.tidemark.cli.ArchiveOptions;
import io.tidemark.cli.CommandFailure;
import io.tidemark.cli.CommonOptions;
import io.tidemark.cli.Context;
import io.tidemark.cli.ExitCode;
import io.tidemark.cli.JsonOption;
import io.tidemark.cli.Progress;
import io.tidemark.cli.kafka.KafkaOptions;
import io.tidemark.cli.kafka.KafkaPlace;
import io.tidemark.cli.operation.OperationTurns;
import io.tidemark.cli.operation.SourceOptions;
import io.tidemark.schemas.layout.BasePlace;
import io.tidemark.schemas.layout.TopicNames;
import io.tidemark.storage.catalogue.Catalogue;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.storage.retention.Holds;
import io.tidemark.storage.retention.Prune;
import io.tidemark.storage.retention.PrunePlan;
import io.tidemark.storage.retention.RetentionRule;
import io.tidemark.storage.standby.StandbyNotes;
import java.io.PrintStream;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tidemark prune}. */
@Command(
        name = "prune",
        description =
                "Remove from the archive what no time that is kept needs, and say what stays and"
                    + " why. Nothing is removed that a kept base, a kept time, a hold or a standby"
                    + " needs. Safe to be interrupted and run again.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  tidemark prune --cluster shop --bucket file:/backup --keep-days 7 --dry-run",
            "  tidemark prune --cluster shop --bucket file:/backup --keep-days 7 --keep-bases 2",
            "  tidemark prune --cluster shop --bucket file:/backup --keep before-migration",
            "  tidemark prune --config capture.properties --cluster shop --bucket file:/backup",
            "",
            "Refused with exit code 8 while a restore reads the archive or, with --source-uri,"
                    + " while",
            "a snapshot goes on; with exit code 3 if the bucket holds nothing of the cluster."
        })
public final class PruneCommand implements Callable<ExitCode> {
    private static final int DEFAULT_DAYS = 7;
    private final Context context;

    @Mixin private CommonOptions common;
    @Mixin private JsonOption output;
    @Mixin private ArchiveOptions archive;
    @Mixin private SourceOptions source;
    @Mixin private KafkaOptions kafka;

    @Option(
            names = "--keep-days",
            paramLabel = "N",
            description =
                    "Every time of the last N days that can be restored stays restorable. Default:"
                            + " 7, if neither --keep-bases, --keep nor --release is given.")
    private Integer days;

    @Option(
            names = "--keep-bases",
            paramLabel = "N",
            description =
                    "The N newest bases of each replica set stay, and all that follows them. With"
                            + " --keep-days, what either keeps stays.")
    private Integer bases;

    @Option(
            names = "--keep",
            paramLabel = "ID",
            description =
                    "Hold this snapshot: no prune removes it until --release. Repeatable. Without"
                            + " --keep-days or --keep-bases nothing else happens.")
    private List<String> keep = List.of();

    @Option(
            names = "--release",
            paramLabel = "ID",
            description =
                    "Hold this snapshot no longer, or keep nothing for the standby of this name or"
                            + " id any more. A standby that follows says so again within a minute."
                            + " Repeatable.")
    private List<String> release = List.of();

    @Option(names = "--dry-run", description = "Change nothing, only say what would.")
    private boolean dryRun;

    public PruneCommand(Context context) {
        this.context = context;
    }

    @Override
    public ExitCode call() {
        Optional<RetentionRule> rule = rule();
        try (ObjectStore store = archive.open()) {
            archive.requireKnown(store);
            requireSnapshots(store);
            Holds holds = new Holds(store, archive.cluster());
            warnOfUnknown(holds, new StandbyNotes(store, archive.cluster()));
            if (!dryRun) {
                keep.forEach(holds::add);
                release.forEach(holds::remove);
                releaseStandbys(store);
            }
            Set<String> held = new TreeSet<>(holds.ids());
            held.addAll(keep);
            held.removeAll(release);
            PruneAnswer answer =
                    new PruneAnswer(dryRun, held, rule.map(chosen -> prune(store, chosen, held)));
            if (!dryRun && rule.isPresent()) {
                kafka.place(context).ifPresent(place -> forget(store, place));
            }
            answer.words(context.console().words(output.json()));
            if (output.json()) {
                context.console().document(answer.json());
            }
            return ExitCode.DONE;
        }
    }

    /** No failure: to release again what was released is harmless. */
    private void warnOfUnknown(Holds holds, StandbyNotes standbys) {
        if (release.isEmpty()) {
            return;
        }
        Set<String> known = new TreeSet<>(holds.ids());
        standbys.ids().forEach(id -> known.add(id.toString()));
        standbys.told().notes().forEach(note -> known.add(note.name()));
        release.stream()
                .filter(name -> !known.contains(name))
                .forEach(
                        name ->
                                context.console()
                                        .err()
                                        .println(
                                                "tidemark: --release "
                                                        + name
                                                        + ": no snapshot is held and no standby"
                                                        + " known by that name; there are "
                                                        + known
                                                        + "."));
    }

    private void releaseStandbys(ObjectStore store) {
        StandbyNotes standbys = new StandbyNotes(store, archive.cluster());
        // By its id one goes whose note can't be read.
        standbys.ids().stream()
                .filter(id -> release.contains(id.toString()))
                .forEach(standbys::remove);
        standbys.told().notes().stream()
                .filter(note -> release.contains(note.name()))
                .forEach(note -> standbys.remove(note.key().id()));
    }

    private PrunePlan prune(ObjectStore store, RetentionRule rule, Set<String> held) {
        Instant now = context.clock().instant();
        PrintStream words = context.console().words(output.json());
        Optional<SourceLocks> locks = source.locks(context);
        OperationTurns turns = new OperationTurns(context, store, archive.cluster(), words);
        try (Progress progress = Progress.of(context.console(), "prune")) {
            Prune prune =
                    new Prune(
                            store,
                            archive.cluster(),
                            new PruneLock(turns, locks),
                            new SnapshotHistory(locks, words));
            return dryRun
                    ? prune.plan(rule, now, held)
                    : prune.run(rule, now, removed -> progress.show("removed", removed));
        } finally {
            locks.ifPresent(SourceLocks::close);
        }
    }

    /** Also what earlier runs removed without Kafka. */
    private void forget(ObjectStore store, KafkaPlace place) {
        KnownBases known = new KnownBases(new TopicNames(archive.cluster()), place.client());
        // In this order: what is told of is in the bucket before.
        Set<String> gone = new TreeSet<>(known.ids());
        new Catalogue(store, archive.cluster()).bases().forEach(b -> gone.remove(b.snapshotId()));
        known.forget(gone);
    }

    private Optional<RetentionRule> rule() {
        if (days == null && bases == null && !(keep.isEmpty() && release.isEmpty())) {
            return Optional.empty();
        }
        if ((days != null && days < 1) || (bases != null && bases < 1)) {
            throw new CommandFailure(
                    ExitCode.USAGE, "--keep-days and --keep-bases must be 1 or more.");
        }
        OptionalInt byDays =
                days == null && bases == null ? OptionalInt.of(DEFAULT_DAYS) : optional(days);
        return Optional.of(new RetentionRule(byDays, optional(bases)));
    }

    private static OptionalInt optional(Integer number) {
        return number == null ? OptionalInt.empty() : OptionalInt.of(number);
    }

    /** A slip in a hold's name would be found when the snapshot is gone. */
    private void requireSnapshots(ObjectStore store) {
        Set<String> known = new TreeSet<>();
        for (BasePlace place : new Catalogue(store, archive.cluster()).bases()) {
            known.add(place.snapshotId());
        }
        for (String id : keep) {
            if (!known.contains(id)) {
                throw new CommandFailure(
                        ExitCode.USAGE,
                        "--keep " + id + ": there is no such snapshot. There are " + known + ".");
            }
        }
    }
}
