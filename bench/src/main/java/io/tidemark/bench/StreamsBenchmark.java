package io.tidemark.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tidemark.schemas.avro.ArchiveProgress;
import io.tidemark.schemas.avro.OplogRecord;
import io.tidemark.schemas.layout.TopicNames;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.model.Optime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.ReplicaSetRole;
import io.tidemark.schemas.oplog.OplogEntry;
import io.tidemark.schemas.oplog.OplogRecords;
import io.tidemark.schemas.wire.RecordSerializer;
import io.tidemark.streams.StreamsApp;
import io.tidemark.streams.StreamsConfig;
import io.tidemark.streams.view.TimelineView;
import io.tidemark.timeline.window.Policy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Oplog topic to windows, every hundredth entry a step of a migration. From the start of the
 * application to the moment when its view reaches the last entry, joining the group included.
 * Ceiling: consuming the same topic and dropping the records.
 */
final class StreamsBenchmark implements Benchmark {
    private static final String OURS = "streams";
    private static final int BATCH = 20_000;
    private static final ReplicaSet CONFIG = new ReplicaSet("bench");
    private static final long PATIENCE_SECONDS = 600;

    @Override
    public Measured run(Workload workload, Path folder, Notes notes) throws Exception {
        try (Pipe pipe = new Pipe(folder)) {
            long bytes = 0;
            // A round reads the topics of a cluster of its own: none finds another's state.
            for (int round = 0; round < Rounds.LEAST; round++) {
                notes.say("Writing " + workload.entries() + " records into Kafka …");
                bytes = write(pipe, cluster(round), workload);
            }
            Map<String, Double> rates =
                    new Rounds(notes)
                            .add("rawConsume", round -> consume(pipe, round, workload))
                            .add(OURS, round -> timeline(pipe, folder, round, workload))
                            .run();
            return Measured.of(rates, OURS, workload.entries(), bytes);
        }
    }

    private static long write(Pipe pipe, TopicNames names, Workload workload) throws Exception {
        String topic = names.oplog(CONFIG);
        pipe.createTopic(topic);
        TimelineEntries entries = new TimelineEntries(workload.documentBytes());
        OplogRecord start =
                OplogRecords.start(Optime.NONE, Incarnation.UNKNOWN, ReplicaSetRole.CONFIG_SERVER);
        OplogRecords.setShards(start, List.of());
        pipe.send(List.of(pipe.record(topic, start)));
        long bytes = 0;
        for (int from = 0; from < workload.entries(); from += BATCH) {
            List<OplogEntry> batch = new ArrayList<>(BATCH);
            for (int i = from; i < Math.min(workload.entries(), from + BATCH); i++) {
                batch.add(entries.entry(i));
            }
            bytes += batch.stream().mapToLong(e -> e.raw().sizeBytes()).sum();
            pipe.send(pipe.records(topic, batch));
        }
        return bytes;
    }

    private static double consume(Pipe pipe, int round, Workload workload) throws Exception {
        String topic = cluster(round).oplog(CONFIG);
        return Stopwatch.perSecond(
                workload.entries(), () -> pipe.consume(topic, workload.entries(), value -> {}));
    }

    private static double timeline(Pipe pipe, Path folder, int round, Workload workload)
            throws Exception {
        StreamsConfig config =
                StreamsConfig.of(
                        Map.of(
                                "cluster", cluster(round).cluster().value(),
                                "kafka.bootstrap.servers", pipe.servers(),
                                "registry.urls", pipe.registryUrl(),
                                "topic.replication.factor", "1",
                                "state.dir", folder.resolve("state").toString()));
        ClusterTime last = TimelineEntries.time(workload.entries() - 1);
        try (StreamsApp app = new StreamsApp(config, pipe.schemas())) {
            return Stopwatch.perSecond(
                    workload.entries(),
                    () -> {
                        app.start();
                        pipe.send(List.of(archived(pipe, cluster(round), last)));
                        await(app, last);
                        return null;
                    });
        }
    }

    private static void await(StreamsApp app, ClusterTime last) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE_SECONDS * 1_000_000_000L;
        while (!app.views().current().filter(view -> reaches(view, last)).isPresent()) {
            if (app.ended().isDone()) {
                app.ended().join();
            }
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("the timeline does not reach " + last);
            }
            Thread.sleep(20);
        }
    }

    private static boolean reaches(TimelineView view, ClusterTime last) {
        return !view.windows(Policy.EXACT).watermark().isBefore(last);
    }

    private static ProducerRecord<byte[], byte[]> archived(
            Pipe pipe, TopicNames names, ClusterTime through) {
        ArchiveProgress progress = new ArchiveProgress();
        progress.setReplicaSet(CONFIG.name());
        progress.setIncarnation(Incarnation.UNKNOWN.id());
        progress.setSeconds(through.seconds());
        progress.setIncrement(through.increment());
        progress.setTerm(1);
        progress.setObjectKey("");
        progress.setTopicId("");
        String topic = names.archiveProgress();
        return new ProducerRecord<>(
                topic,
                CONFIG.name().getBytes(UTF_8),
                new RecordSerializer<ArchiveProgress>(
                                pipe.schemas(), ArchiveProgress.getClassSchema())
                        .serialize(topic, progress));
    }

    private static TopicNames cluster(int round) {
        return new TopicNames(new ClusterName("bench" + round));
    }
}
