package io.tidemark.cli.verify;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.cli.ArchiveOptions;
import io.tidemark.cli.CommandFailure;
import io.tidemark.cli.CommonOptions;
import io.tidemark.cli.Context;
import io.tidemark.cli.ExitCode;
import io.tidemark.cli.JsonOption;
import io.tidemark.cli.Progress;
import io.tidemark.cli.drill.Rehearsal;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Counted;
import io.tidemark.storage.object.ObjectStore;
import java.io.PrintStream;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tidemark verify}. */
@Command(
        name = "verify",
        description =
                "Read the whole archive of a cluster: is every object there, does every checksum"
                        + " fit, does every entry decode, does each replica set's record go on"
                        + " without a hole and have a base to begin with, and do the shards agree"
                        + " on how transactions ended?",
        footerHeading = "%nExamples:%n",
        footer = {
            "  tidemark verify --cluster shop --bucket file:/backup",
            "  tidemark verify --cluster shop --bucket file:/backup --json",
            "  tidemark verify --cluster shop --bucket file:/backup --deep",
            "  tidemark verify --cluster shop --bucket file:/backup --base external"
        })
public final class VerifyCommand implements Callable<ExitCode> {
    private final Context context;

    @Mixin private CommonOptions common;
    @Mixin private JsonOption output;
    @Mixin private ArchiveOptions archive;

    @Option(
            names = "--deep",
            description =
                    "Then replay it into servers in this process, read back what they hold, and"
                            + " tell documents and hash of each collection. They keep their data"
                            + " on the heap: what may take more than a quarter of it is refused;"
                            + " 'tidemark drill --target' takes servers of yours.")
    private boolean deep;

    @Option(
            names = "--to",
            paramLabel = "T",
            description = "With --deep: up to this time. Default: the latest that is safe.")
    private ClusterTime to;

    @Option(
            names = "--base",
            paramLabel = "external",
            description =
                    "The bases are volume snapshots or dumps that you keep elsewhere, as for"
                            + " restore --base external: none is missed then. Default: a replica"
                            + " set that has neither a base in the archive nor a record from its"
                            + " first entry on is a problem.")
    private String base;

    public VerifyCommand(Context context) {
        this.context = context;
    }

    @Override
    public ExitCode call() {
        if (to != null && !deep) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "--to belongs to --deep: without it the whole archive is read, whatever time it"
                            + " is of.");
        }
        requireBase();
        try (ObjectStore store = archive.open();
                Progress progress = Progress.of(context.console(), "verify")) {
            Findings findings =
                    new ArchiveCheck(
                                    store,
                                    archive.cluster(),
                                    archive.keys(),
                                    f -> progress.show("objects", f.objects()))
                            .run();
            progress.close();
            if (findings.objects() == 0 && findings.leftovers() == 0) {
                throw archive.unknown(store, ExitCode.ARCHIVE_DAMAGED);
            }
            if (base == null) {
                new StartCheck(store, archive.cluster(), findings).run();
            }
            words(findings);
            Optional<Rehearsal> replayed = deep ? replay(store, findings) : Optional.empty();
            if (output.json()) {
                ObjectNode json = json(findings);
                replayed.ifPresent(rehearsal -> json.set("deep", DeepCheck.json(rehearsal)));
                context.console().document(json);
            }
            boolean differs = replayed.filter(r -> !r.problems().isEmpty()).isPresent();
            ExitCode sound = differs ? ExitCode.DIFFERENCE : ExitCode.DONE;
            return findings.problems().isEmpty() ? sound : ExitCode.ARCHIVE_DAMAGED;
        }
    }

    private void requireBase() {
        if (base != null && !base.equals("external")) {
            throw new CommandFailure(
                    ExitCode.USAGE, "--base can be 'external' only, not '" + base + "'.");
        }
        if (base != null && deep) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "--deep replays over the archive's bases, and --base external says that there"
                            + " are none: leave one of them out.");
        }
    }

    private Optional<Rehearsal> replay(ObjectStore store, Findings findings) {
        PrintStream words = context.console().words(output.json());
        if (!findings.problems().isEmpty()) {
            words.println("Not replayed: an archive with problems is not what --deep is about.");
            return Optional.empty();
        }
        Optional<Rehearsal> replayed =
                new DeepCheck(context, archive, store, words).run(Optional.ofNullable(to));
        replayed.ifPresentOrElse(
                rehearsal -> DeepCheck.words(rehearsal, words),
                () -> words.println("Not replayed: no time is safe; 'tidemark windows' says why."));
        return replayed;
    }

    private void words(Findings findings) {
        PrintStream out = context.console().words(output.json());
        for (Problem problem : findings.problems()) {
            out.printf(
                    "PROBLEM  %s%n         %s.%n         It means: %s.%n         What to do: %s.%n",
                    problem.key(), problem.what(), problem.means(), problem.act());
        }
        for (Undecided transaction : findings.undecided()) {
            out.printf(
                    "Note: transaction %s was prepared (%s), and no oplog tells its outcome:"
                            + " restores leave it out on every shard.%n",
                    transaction.id(), transaction.preparedAt());
        }
        if (findings.leftovers() > 0) {
            out.printf(
                    "Note: %s to no base but to a scan that goes on or did not end: %s.%n",
                    new Counted(findings.leftovers(), "part belongs", "parts belong"),
                    Counted.of(findings.leftoverBytes(), "byte"));
        }
        if (findings.strangers() > 0) {
            out.printf(
                    "Note: %s not Tidemark's and ignored, such as %s%n",
                    new Counted(findings.strangers(), "key is", "keys are"),
                    findings.someStrangers());
        }
        out.printf(
                "%s: %s, %s, %s and %s read; %s%n",
                archive.cluster(),
                Counted.of(findings.objects(), "object"),
                Counted.of(findings.bytes(), "byte"),
                Counted.of(findings.entries(), "oplog entry"),
                Counted.of(findings.documents(), "document"),
                findings.problems().isEmpty()
                        ? "all is well."
                        : Counted.of(findings.problems().size(), "problem") + ".");
    }

    private static ObjectNode json(Findings findings) {
        ObjectNode json =
                JsonNodeFactory.instance
                        .objectNode()
                        .put("objects", findings.objects())
                        .put("bytes", findings.bytes())
                        .put("entries", findings.entries())
                        .put("documents", findings.documents())
                        .put("leftoverParts", findings.leftovers())
                        .put("strangers", findings.strangers());
        ArrayNode problems = json.putArray("problems");
        for (Problem problem : findings.problems()) {
            problems.addObject()
                    .put("key", problem.key())
                    .put("what", problem.what())
                    .put("means", problem.means())
                    .put("act", problem.act());
        }
        ArrayNode undecided = json.putArray("undecided");
        for (Undecided transaction : findings.undecided()) {
            ObjectNode preparedAt =
                    undecided.addObject().put("id", transaction.id()).putObject("preparedAt");
            transaction.preparedAt().forEach((set, at) -> preparedAt.put(set, at.toString()));
        }
        return json;
    }
}
