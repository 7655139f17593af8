package io.tidemark.cli.dump;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.cli.ArchiveOptions;
import io.tidemark.cli.CommonOptions;
import io.tidemark.cli.Context;
import io.tidemark.cli.ExitCode;
import io.tidemark.cli.JsonOption;
import io.tidemark.cli.Progress;
import io.tidemark.cli.timeline.KnownTimeline;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.ReplicaSetRole;
import io.tidemark.storage.object.ObjectStore;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tidemark import}. */
@Command(
        name = "import",
        description =
                "Bring one replica set's backup into the archive: a folder of mongodump and oplog"
                        + " files, of mongodump or Percona Backup. Run it once per replica set.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  tidemark import --cluster shop --bucket file:/backup --replica-set rs0 --shard rs0"
                    + " --dump dump/rs0 --oplog rs0.oplog.bson",
            "  tidemark import --cluster shop --bucket s3://backup/shop?region=eu-central-1"
                    + " --replica-set cfg --config-server --dump dump/cfg --oplog a.bson b.bson"
                    + " c.bson"
        })
public final class ImportCommand implements Callable<ExitCode> {
    private final Context context;

    @Mixin private CommonOptions common;
    @Mixin private JsonOption output;
    @Mixin private ArchiveOptions archive;

    @Option(
            names = "--replica-set",
            required = true,
            paramLabel = "NAME",
            description = "The replica set that the backup was taken of.")
    private ReplicaSet replicaSet;

    @ArgGroup private Role role = new Role();

    @Option(
            names = "--dump",
            paramLabel = "DIR",
            description =
                    "The folder that mongodump wrote: DB/COLL.bson and COLL.metadata.json, each"
                            + " perhaps compressed; an oplog.bson at its top is used as well."
                            + " Without it the oplog files are added to what the archive has.")
    private Path dump;

    @Option(
            names = "--oplog",
            arity = "1..*",
            paramLabel = "FILE",
            description =
                    "Files of concatenated oplog entries, in any order; they may overlap. gzip,"
                            + " zstd and framed snappy are recognised.")
    private List<Path> oplogs = new ArrayList<>();

    @Option(
            names = "--base-end",
            paramLabel = "T",
            description =
                    "When the dump ended. Default: the last entry of its own oplog.bson, else of"
                            + " the oplog file that begins first.")
    private ClusterTime baseEnd;

    @Option(
            names = "--assume-contiguous",
            description =
                    "Take oplog files as consecutive even if the silence between them is longer"
                            + " than a server's noops allow (30 s). Default: such a silence is a"
                            + " gap.")
    private boolean assumeContiguous;

    @Option(
            names = "--no-timeline",
            description =
                    "Don't compute and store the cluster's timeline. Without it every import that"
                            + " finds the cluster complete reads all archived oplogs: of many"
                            + " imports in a row only the last one needs to.")
    private boolean noTimeline;

    /** Whose backup it is. */
    static final class Role {
        @Option(
                names = "--shard",
                paramLabel = "ID",
                description = "The shard's id in config.shards. Default: the replica set's name.")
        private String shard;

        @Option(names = "--config-server", description = "These are the config servers.")
        private boolean configServer;

        ReplicaSetRole of(ReplicaSet replicaSet) {
            return configServer
                    ? ReplicaSetRole.CONFIG_SERVER
                    : ReplicaSetRole.shard(shard == null ? replicaSet.name() : shard);
        }
    }

    public ImportCommand(Context context) {
        this.context = context;
    }

    @Override
    public ExitCode call() throws IOException {
        try (ObjectStore store = archive.open();
                Progress progress = Progress.of(context.console(), "import")) {
            ImportPlace place =
                    new ImportPlace(store, archive.cluster(), replicaSet, role.of(replicaSet));
            DumpImport.Request request =
                    new DumpImport.Request(
                            Optional.ofNullable(dump),
                            oplogs,
                            Optional.ofNullable(baseEnd),
                            assumeContiguous);
            DumpImport.Result result = new DumpImport(place, request).run(shown(progress));
            progress.close();
            words(result);
            Optional<ImportedTimeline> timeline = timeline(store);
            timeline.ifPresent(told -> told.print(context.console().words(output.json())));
            if (output.json()) {
                ObjectNode json = json(result);
                json.set("timeline", timeline.map(ImportedTimeline::json).orElse(null));
                context.console().document(json);
            }
            return ExitCode.DONE;
        }
    }

    /**
     * After the import: if this fails, what was imported is stored, and importing again is safe.
     */
    private Optional<ImportedTimeline> timeline(ObjectStore store) {
        return noTimeline
                ? Optional.empty()
                : Optional.of(
                        new ImportedTimeline(
                                new KnownTimeline(context, archive, store).storeIfWhole()));
    }

    private static ImportProgress shown(Progress progress) {
        return new ImportProgress() {
            @Override
            public void documents(long stored) {
                progress.show("documents", stored);
            }

            @Override
            public void entries(long stored) {
                progress.show("oplog entries", stored);
            }
        };
    }

    private void words(DumpImport.Result result) {
        PrintStream out = context.console().words(output.json());
        OplogImport.Outcome oplog = result.oplog();
        out.printf(
                "Imported %s: %,d entries from %s to %s in %,d slices (%,d duplicates left out)%n",
                replicaSet,
                oplog.entries(),
                oplog.from(),
                oplog.through(),
                oplog.slices(),
                oplog.duplicates());
        result.usableFrom()
                .ifPresentOrElse(
                        from ->
                                out.printf(
                                        "and a base of %,d documents in %,d collections, which"
                                                + " serves restores to %s and later.%n",
                                        result.documents(), result.collections(), from),
                        () -> out.println(withoutDump(result)));
        if (!result.lackingMetadata().isEmpty()) {
            out.println(
                    "WARNING: the dump has no .metadata.json of "
                            + result.lackingMetadata()
                            + ": their options and indexes are unknown, and a restore makes only"
                            + " those that the oplog tells. Add the files and import again.");
        }
        for (OplogFiles.Joint joint : result.unproven()) {
            out.println(warning(joint));
        }
    }

    private static String withoutDump(DumpImport.Result result) {
        return result.fromBirth()
                ? "from the replica set's first entry on: restores need no base."
                : "and no dump: restores need a base that is in the archive already.";
    }

    private String warning(OplogFiles.Joint joint) {
        boolean gap = joint.tooLong() && !assumeContiguous;
        return gap
                ? "GAP: "
                        + joint.gap().reason()
                        + ". No restore crosses it; import what is missing."
                : "Not proven: "
                        + joint.before().getFileName()
                        + " ends with "
                        + joint.after()
                        + " and "
                        + joint.behind().getFileName()
                        + " begins with "
                        + joint.next()
                        + "; they share no entry and are taken as consecutive.";
    }

    private ObjectNode json(DumpImport.Result result) {
        OplogImport.Outcome oplog = result.oplog();
        ObjectNode json =
                JsonNodeFactory.instance
                        .objectNode()
                        .put("replicaSet", replicaSet.name())
                        .put("entries", oplog.entries())
                        .put("duplicates", oplog.duplicates())
                        .put("slices", oplog.slices())
                        .put("documents", result.documents())
                        .put("collections", result.collections())
                        .put("from", oplog.from().toString())
                        .put("through", oplog.through().toString());
        result.usableFrom().ifPresent(from -> json.put("usableFrom", from.toString()));
        ArrayNode lacking = json.putArray("lackingMetadata");
        result.lackingMetadata().forEach(namespace -> lacking.add(namespace.toString()));
        ArrayNode gaps = json.putArray("gaps");
        oplog.gaps()
                .forEach(
                        gap ->
                                gaps.addObject()
                                        .put("after", gap.after().toString())
                                        .put("through", gap.through().toString())
                                        .put("reason", gap.reason()));
        ArrayNode unproven = json.putArray("unproven");
        result.unproven()
                .forEach(
                        joint ->
                                unproven.addObject()
                                        .put("after", joint.after().toString())
                                        .put("next", joint.next().toString())
                                        .put("before", joint.before().toString())
                                        .put("behind", joint.behind().toString()));
        return json;
    }
}
