package io.tidemark.cli.export;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.cli.ArchiveOptions;
import io.tidemark.cli.CommonOptions;
import io.tidemark.cli.Context;
import io.tidemark.cli.ExitCode;
import io.tidemark.cli.JsonOption;
import io.tidemark.cli.Progress;
import io.tidemark.schemas.model.Counted;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.storage.object.ObjectStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tidemark export}. */
@Command(
        name = "export",
        description =
                "Write one replica set's base as a folder of mongodump: each collection with its"
                        + " options and indexes, and the oplog of the time in which the base was"
                        + " taken. mongorestore --oplogReplay makes of it the state at the base's"
                        + " end. The folder appears whole or not at all.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  tidemark export --cluster shop --bucket file:/backup --replica-set rs0"
                    + " --out dump/rs0",
            "  tidemark export --cluster shop --bucket file:/backup --replica-set rs0"
                    + " --base import-1712345678-5 --gzip --out dump/rs0 --json"
        })
public final class ExportCommand implements Callable<ExitCode> {
    private final Context context;

    @Mixin private CommonOptions common;
    @Mixin private JsonOption output;
    @Mixin private ArchiveOptions archive;

    @Option(
            names = "--replica-set",
            required = true,
            paramLabel = "NAME",
            description = "Whose base.")
    private ReplicaSet replicaSet;

    @Option(
            names = "--base",
            paramLabel = "ID",
            description = "Which base. Default: the one that ends last.")
    private String base;

    @Option(
            names = "--out",
            required = true,
            paramLabel = "DIR",
            description = "The folder to write; it must not exist yet.")
    private Path out;

    @Option(
            names = "--gzip",
            description =
                    "Compress each file, as mongodump --gzip does; mongorestore needs --gzip then."
                            + " Default: not.")
    private boolean gzip;

    public ExportCommand(Context context) {
        this.context = context;
    }

    @Override
    public ExitCode call() throws IOException {
        try (ObjectStore store = archive.open();
                Progress progress = Progress.of(context.console(), "export")) {
            BaseExport export =
                    BaseExport.of(
                            store,
                            archive.keys(),
                            archive.cluster(),
                            replicaSet,
                            Optional.ofNullable(base),
                            gzip);
            try (DumpFolder folder = DumpFolder.at(out)) {
                BaseExport.Result result =
                        export.run(folder, count -> progress.show("documents", count));
                folder.finish();
                progress.close();
                answer(result);
            }
            return ExitCode.DONE;
        }
    }

    private void answer(BaseExport.Result result) {
        context.console()
                .words(output.json())
                .printf(
                        "Exported base %s of %s to %s: %s in %s, and %s up to %s."
                                + " Restore it with: mongorestore"
                                + " --oplogReplay%s %s%n",
                        result.base().place().snapshotId(),
                        replicaSet,
                        out,
                        Counted.of(result.documents(), "document"),
                        Counted.of(result.collections(), "collection"),
                        new Counted(result.oplogEntries(), "oplog entry", "oplog entries"),
                        result.base().usableFrom(),
                        gzip ? " --gzip" : "",
                        out);
        if (!result.leftOut().isEmpty()) {
            context.console()
                    .words(output.json())
                    .println(
                            "Left out, as mongodump leaves it out: "
                                    + String.join(", ", result.leftOut()));
        }
        if (output.json()) {
            context.console().document(json(result));
        }
    }

    private ObjectNode json(BaseExport.Result result) {
        ArrayNode leftOut = JsonNodeFactory.instance.arrayNode();
        result.leftOut().forEach(leftOut::add);
        return JsonNodeFactory.instance
                .objectNode()
                .put("replicaSet", replicaSet.name())
                .put("base", result.base().place().snapshotId())
                .put("out", out.toString())
                .put("from", result.base().replayFrom().toString())
                .put("through", result.base().usableFrom().toString())
                .put("collections", result.collections())
                .<ObjectNode>set("leftOut", leftOut)
                .put("documents", result.documents())
                .put("documentBytes", result.documentBytes())
                .put("oplogEntries", result.oplogEntries());
    }
}
