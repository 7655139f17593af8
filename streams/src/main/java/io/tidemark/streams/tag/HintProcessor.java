package io.tidemark.streams.tag;

import io.tidemark.schemas.avro.ArchiveProgress;
import io.tidemark.schemas.avro.BaseSnapshotRecord;
import io.tidemark.schemas.avro.CaptureStatus;
import io.tidemark.schemas.avro.ReplicaSetBase;
import io.tidemark.schemas.layout.TopicNames;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.ReplicaSetRole;
import io.tidemark.schemas.registry.SchemaRegistry;
import io.tidemark.schemas.wire.RecordDeserializer;
import io.tidemark.streams.signal.Signal;
import io.tidemark.streams.signal.SignalCodec;
import io.tidemark.timeline.window.Base;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;

/** What capture, sink and snapshots tell on their topics, as signals. */
public final class HintProcessor extends ContextualProcessor<byte[], byte[], byte[], byte[]> {
    private final TopicNames names;
    private final RecordDeserializer<ArchiveProgress> progress;
    private final RecordDeserializer<CaptureStatus> status;
    private final RecordDeserializer<BaseSnapshotRecord> bases;

    public HintProcessor(TopicNames names, SchemaRegistry registry) {
        this.names = names;
        this.progress =
                new RecordDeserializer<>(
                        registry, ArchiveProgress.class, ArchiveProgress.getClassSchema());
        this.status =
                new RecordDeserializer<>(
                        registry, CaptureStatus.class, CaptureStatus.getClassSchema());
        this.bases =
                new RecordDeserializer<>(
                        registry, BaseSnapshotRecord.class, BaseSnapshotRecord.getClassSchema());
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        String topic = context().recordMetadata().orElseThrow().topic();
        signals(topic, record)
                .forEach(s -> context().forward(record.withValue(SignalCodec.write(s))));
    }

    private List<Signal> signals(String topic, Record<byte[], byte[]> record) {
        if (topic.equals(names.baseSnapshots())) {
            return List.of(base(topic, record));
        }
        if (record.value() == null) {
            return List.of();
        }
        if (topic.equals(names.archiveProgress())) {
            return List.of(archived(topic, record.value()));
        }
        CaptureStatus told = status.deserialize(topic, record.value());
        return Stream.concat(role(told).stream(), ended(told).stream()).toList();
    }

    /** Capture went on to the end of a shard that has left: nothing more will come. */
    private static Optional<Signal> ended(CaptureStatus told) {
        return told.getState().equals("DEPARTED") && told.getCapturedUntil() != null
                ? Optional.of(
                        new Signal.Ended(
                                new ReplicaSet(told.getReplicaSet()),
                                new ClusterTime(
                                        told.getCapturedUntil().getSeconds(),
                                        told.getCapturedUntil().getIncrement())))
                : Optional.empty();
    }

    private Signal archived(String topic, byte[] value) {
        ArchiveProgress told = progress.deserialize(topic, value);
        return new Signal.Archived(
                new ReplicaSet(told.getReplicaSet()),
                new ClusterTime(told.getSeconds(), told.getIncrement()));
    }

    private static Optional<Signal> role(CaptureStatus told) {
        ReplicaSet set = new ReplicaSet(told.getReplicaSet());
        if (told.getConfigServer()) {
            return Optional.of(new Signal.Role(set, ReplicaSetRole.CONFIG_SERVER));
        }
        return Optional.ofNullable(told.getShardId())
                .map(id -> new Signal.Role(set, ReplicaSetRole.shard(id)));
    }

    private Signal base(String topic, Record<byte[], byte[]> record) {
        String id = new String(record.key(), StandardCharsets.UTF_8);
        if (record.value() == null) {
            return new Signal.BaseGone(id);
        }
        List<Base> taken = new ArrayList<>();
        for (ReplicaSetBase base : bases.deserialize(topic, record.value()).getReplicaSets()) {
            taken.add(
                    new Base(
                            id,
                            new ReplicaSet(base.getReplicaSet()),
                            time(base.getReplayFrom()),
                            time(base.getUsableFrom())));
        }
        return new Signal.BaseTaken(id, taken);
    }

    private static ClusterTime time(String text) {
        return ClusterTime.parse(text)
                .orElseThrow(() -> new IllegalArgumentException(text + " is no cluster time"));
    }
}
