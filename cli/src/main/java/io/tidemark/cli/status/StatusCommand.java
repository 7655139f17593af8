package io.tidemark.cli.status;

import io.tidemark.cli.ArchiveOptions;
import io.tidemark.cli.CommonOptions;
import io.tidemark.cli.Context;
import io.tidemark.cli.ExitCode;
import io.tidemark.cli.JsonOption;
import io.tidemark.cli.kafka.CompactedTopic;
import io.tidemark.cli.kafka.KafkaOptions;
import io.tidemark.cli.kafka.KafkaPlace;
import io.tidemark.cli.operation.OperationAnswer;
import io.tidemark.cli.operation.OperationFollower;
import io.tidemark.schemas.avro.CaptureStatus;
import io.tidemark.schemas.avro.OperationRecord;
import io.tidemark.schemas.layout.TopicNames;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.storage.object.ObjectStore;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tidemark status}. */
@Command(
        name = "status",
        description =
                "Say until when the cluster can be restored, and how far each replica set is"
                    + " archived and, where Kafka is named, captured, what operations go on, and"
                    + " how far each standby is.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  tidemark status --cluster shop --bucket file:/backup",
            "  tidemark status --cluster shop --bucket file:/backup --kafka kafka1:9092"
                    + " --registry http://registry:8081 --json",
            "",
            "Ends with exit code 5 if the note of a standby can't be read: all else is shown.",
            "Refused with exit code 3 if neither the bucket nor, where named, Kafka knows the"
                    + " cluster."
        })
public final class StatusCommand implements Callable<ExitCode> {
    private static final int ENDED_OPERATIONS = 5;

    private final Context context;

    @Mixin private CommonOptions common;
    @Mixin private JsonOption output;
    @Mixin private ArchiveOptions archive;

    @Mixin private KafkaOptions kafka;

    @Option(
            names = "--drill-days",
            paramLabel = "N",
            defaultValue = "7",
            description =
                    "Warn when the last drill that proved a restore is older than so many days."
                            + " Default: ${DEFAULT-VALUE}.")
    private int drillDays;

    public StatusCommand(Context context) {
        this.context = context;
    }

    @Override
    public ExitCode call() {
        try (ObjectStore store = archive.open()) {
            Optional<KafkaPlace> place = kafka.place(context);
            Optional<Map<ReplicaSet, CaptureStatus>> captured = place.flatMap(this::captured);
            if (captured.isEmpty()) {
                // One that is captured may not have come to the bucket yet.
                archive.requireKnown(store);
            }
            ArchiveStatus archived = ArchiveStatus.read(store, archive.cluster(), archive.keys());
            StatusAnswer answer =
                    new StatusAnswer(
                            archived,
                            captured.orElse(Map.of()),
                            place.map(this::operations).orElse(List.of()),
                            context.clock().instant(),
                            Duration.ofDays(drillDays));
            answer.words(context.console().words(output.json()));
            if (output.json()) {
                context.console().document(answer.json());
            }
            return answer.problems().isEmpty() ? ExitCode.DONE : ExitCode.ARCHIVE_DAMAGED;
        }
    }

    /** The newest status by replica set; empty if capture never ran for the cluster. */
    private Optional<Map<ReplicaSet, CaptureStatus>> captured(KafkaPlace place) {
        Map<ReplicaSet, CaptureStatus> newest = new TreeMap<>();
        try (CompactedTopic<CaptureStatus> topic =
                new CompactedTopic<>(
                        place,
                        new TopicNames(archive.cluster()).captureStatus(),
                        CaptureStatus.class,
                        CaptureStatus.getClassSchema())) {
            if (!topic.exists()) {
                return Optional.empty();
            }
            topic.read()
                    .values()
                    .forEach(status -> newest.put(new ReplicaSet(status.getReplicaSet()), status));
        }
        return Optional.of(newest);
    }

    private List<OperationAnswer> operations(KafkaPlace place) {
        try (CompactedTopic<OperationRecord> topic =
                OperationFollower.topic(place, new TopicNames(archive.cluster()))) {
            return OperationAnswer.newest(topic.read().values().stream(), ENDED_OPERATIONS);
        }
    }
}
