package io.tidemark.cli.imports;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.cli.ArchiveOptions;
import io.tidemark.cli.CommandFailure;
import io.tidemark.cli.CommonOptions;
import io.tidemark.cli.Context;
import io.tidemark.cli.ExitCode;
import io.tidemark.cli.JsonOption;
import io.tidemark.cli.Progress;
import io.tidemark.cli.ScratchFolder;
import io.tidemark.cli.backupfile.BackupFile;
import io.tidemark.cli.dump.ArchiveDump;
import io.tidemark.cli.dump.BackupOrigins;
import io.tidemark.cli.dump.Dump;
import io.tidemark.cli.dump.DumpDirectory;
import io.tidemark.cli.dump.DumpedBackup;
import io.tidemark.cli.dump.ImportAnswer;
import io.tidemark.cli.dump.ImportPlace;
import io.tidemark.cli.dump.ImportProgress;
import io.tidemark.cli.dump.OplogFiles;
import io.tidemark.cli.dump.OplogInput;
import io.tidemark.cli.dump.ReplicaSetImport;
import io.tidemark.cli.pbm.PbmAnswer;
import io.tidemark.cli.pbm.PbmImport;
import io.tidemark.cli.timeline.KnownTimeline;
import io.tidemark.storage.object.ObjectStore;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tidemark import}. */
@Command(
        name = "import",
        description =
                "Bring existing backups into the archive: a bucket of Percona Backup for MongoDB"
                        + " with all its replica sets (--pbm), or one replica set's dump and oplog"
                        + " files, once per replica set.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  tidemark import --cluster shop --bucket file:/backup --pbm /mnt/pbm",
            "  tidemark import --cluster shop --bucket file:/backup"
                    + " --pbm s3://pbm/shop?region=eu-central-1 --backup 2026-11-20T02:00:00Z",
            "  tidemark import --cluster shop --bucket file:/backup --replica-set rs0 --shard rs0"
                    + " --dump dump/rs0 --oplog rs0.oplog.bson",
            "  tidemark import --cluster shop --bucket file:/backup --replica-set rs0"
                    + " --archive rs0.archive.gz",
            "  tidemark import --cluster shop --bucket s3://backup/shop?region=eu-central-1"
                    + " --replica-set cfg --config-server --dump dump/cfg --oplog a.bson b.bson"
                    + " c.bson"
        })
public final class ImportCommand implements Callable<ExitCode> {
    private final Context context;

    @Mixin private CommonOptions common;
    @Mixin private JsonOption output;
    @Mixin private ArchiveOptions archive;
    @Mixin private ImportSource source;

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

    public ImportCommand(Context context) {
        this.context = context;
    }

    @Override
    public ExitCode call() throws IOException {
        if (!source.contradiction().isEmpty()) {
            throw new CommandFailure(
                    ExitCode.USAGE, source.contradiction() + " See tidemark import --help.");
        }
        try (ObjectStore store = archive.open()) {
            PrintStream words = context.console().words(output.json());
            ObjectNode json = source.pbm == null ? one(store, words) : pbm(store, words);
            Optional<ImportedTimeline> timeline = timeline(store);
            timeline.ifPresent(told -> told.print(words));
            if (output.json()) {
                json.set("timeline", timeline.map(ImportedTimeline::json).orElse(null));
                context.console().document(json);
            }
            return ExitCode.DONE;
        }
    }

    private ObjectNode one(ObjectStore store, PrintStream words) throws IOException {
        try (ScratchFolder scratch = ScratchFolder.create("import");
                Progress progress = Progress.of(context.console(), "import")) {
            ImportPlace place =
                    new ImportPlace(
                            store,
                            archive.keys(),
                            archive.cluster(),
                            source.replicaSet,
                            source.role());
            Optional<Dump> dump = dump(scratch.path());
            List<OplogInput> oplogs = new ArrayList<>();
            source.oplogs.forEach(path -> oplogs.add(OplogInput.of(BackupFile.of(path))));
            dump.flatMap(Dump::oplog).ifPresent(own -> oplogs.add(OplogInput.of(own)));
            ReplicaSetImport work =
                    new ReplicaSetImport(
                            place,
                            dump.stream().map(d -> DumpedBackup.unnamed(d, baseEnd())).toList(),
                            OplogFiles.scan(oplogs),
                            assumeContiguous,
                            scratch.path());
            BackupOrigins.require(List.of(work));
            work.putDocuments(shown(progress));
            work.putOplog(shown(progress));
            ImportAnswer answer = new ImportAnswer(work.finish(), assumeContiguous);
            progress.close();
            answer.words(words);
            return answer.json();
        }
    }

    private Optional<Dump> dump(Path scratch) {
        if (source.archive != null) {
            return Optional.of(ArchiveDump.read(BackupFile.of(source.archive), scratch));
        }
        return Optional.ofNullable(source.dump).map(DumpDirectory::read);
    }

    private Optional<io.tidemark.schemas.model.ClusterTime> baseEnd() {
        return Optional.ofNullable(source.baseEnd);
    }

    private ObjectNode pbm(ObjectStore store, PrintStream words) throws IOException {
        try (ObjectStore from = source.pbm.open();
                ScratchFolder scratch = ScratchFolder.create("import");
                Progress progress = Progress.of(context.console(), "import")) {
            PbmImport.Request request =
                    new PbmImport.Request(
                            from,
                            store,
                            archive.keys(),
                            archive.cluster(),
                            source.backups,
                            assumeContiguous);
            PbmImport.Result result = new PbmImport(request, scratch.path()).run(shown(progress));
            progress.close();
            PbmAnswer answer = new PbmAnswer(result, assumeContiguous);
            answer.words(words);
            return answer.json();
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
}
