package io.tidemark.cli.status;

import io.tidemark.cli.ArchiveOptions;
import io.tidemark.cli.CommonOptions;
import io.tidemark.cli.Context;
import io.tidemark.cli.ExitCode;
import io.tidemark.cli.JsonOption;
import io.tidemark.schemas.avro.CaptureStatus;
import io.tidemark.schemas.layout.TopicNames;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.registry.ConfluentRestRegistry;
import io.tidemark.schemas.registry.RegistryConfig;
import io.tidemark.storage.object.ObjectStore;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code tidemark status}. */
@Command(
        name = "status",
        description =
                "Say until when the cluster can be restored, and how far each replica set is"
                        + " archived and, where Kafka is named, captured.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  tidemark status --cluster shop --bucket file:/backup",
            "  tidemark status --cluster shop --bucket file:/backup --kafka kafka1:9092"
                    + " --registry http://registry:8081 --json"
        })
public final class StatusCommand implements Callable<ExitCode> {
    private final Context context;

    @Spec private picocli.CommandLine.Model.CommandSpec spec;
    @Mixin private CommonOptions common;
    @Mixin private JsonOption output;
    @Mixin private ArchiveOptions archive;

    @Option(
            names = "--kafka",
            paramLabel = "HOST:PORT",
            description =
                    "Kafka's bootstrap servers; further client settings are the keys kafka.* of"
                            + " --config. Default: the key kafka.bootstrap.servers, else the bucket"
                            + " alone is asked.")
    private String kafka;

    @Option(
            names = "--registry",
            paramLabel = "URL",
            description = "The schema registry. Default: the key registry.urls.")
    private String registry;

    public StatusCommand(Context context) {
        this.context = context;
    }

    @Override
    public ExitCode call() {
        try (ObjectStore store = archive.open()) {
            ArchiveStatus archived = ArchiveStatus.read(store, archive.cluster());
            StatusAnswer answer = new StatusAnswer(archived, captured(), context.clock().instant());
            answer.words(context.console().words(output.json()));
            if (output.json()) {
                context.console().document(answer.json());
            }
            return ExitCode.DONE;
        }
    }

    private Map<ReplicaSet, CaptureStatus> captured() {
        Map<String, String> client = new TreeMap<>(context.settings().under("kafka."));
        context.settings()
                .get("kafka.bootstrap.servers")
                .ifPresent(servers -> client.put("bootstrap.servers", servers));
        if (kafka != null) {
            client.put("bootstrap.servers", kafka);
        }
        if (!client.containsKey("bootstrap.servers")) {
            return Map.of();
        }
        String urls =
                registry != null
                        ? registry
                        : context.settings()
                                .get("registry.urls")
                                .orElseThrow(
                                        () ->
                                                new ParameterException(
                                                        spec.commandLine(),
                                                        "--kafka needs --registry URL: statuses"
                                                                + " are written with its schemas"));
        return new CaptureTopic(
                        new TopicNames(archive.cluster()),
                        client,
                        new ConfluentRestRegistry(RegistryConfig.parse(urls)))
                .read();
    }
}
