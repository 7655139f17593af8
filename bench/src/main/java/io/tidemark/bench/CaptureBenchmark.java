package io.tidemark.bench;

import io.tidemark.capture.CaptureAgent;
import io.tidemark.capture.CaptureConfig;
import io.tidemark.capture.tail.TailProgress;
import io.tidemark.schemas.oplog.OplogEntry;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Oplog to Kafka. Ceilings: reading the same oplog with the driver and dropping it, and sending the
 * same records with a plain producer. Everything shares this machine's processors.
 */
final class CaptureBenchmark implements Benchmark {
    private static final String OURS = "capture";

    @Override
    public Measured run(Workload workload, Path folder, Notes notes) throws Exception {
        notes.say("Writing " + workload.entries() + " documents into a simulated replica set …");
        try (SourceData source = SourceData.write(workload);
                Pipe pipe = new Pipe(folder)) {
            List<OplogEntry> entries = source.entries();
            long bytes = entries.stream().mapToLong(e -> e.raw().sizeBytes()).sum();
            Map<String, Double> rates =
                    Rounds.untilSteady(notes)
                            .add("rawCursorDrain", i -> drain(source, entries.size()))
                            .add("rawProducer", i -> rawProducer(pipe, "raw" + i, entries))
                            .add(OURS, i -> capture(source, pipe, "round" + i, entries.size()))
                            .run();
            return Measured.of(rates, OURS, entries.size(), bytes);
        }
    }

    private static double drain(SourceData source, int entries) throws Exception {
        return Stopwatch.perSecond(entries, () -> source.drain(raw -> {}));
    }

    private static double rawProducer(Pipe pipe, String topic, List<OplogEntry> entries)
            throws Exception {
        pipe.createTopic(topic);
        List<ProducerRecord<byte[], byte[]>> records = pipe.records(topic, entries);
        return Stopwatch.perSecond(entries.size(), () -> pipe.send(records));
    }

    /**
     * From the first commit seen to the one after which less than a twentieth is left: neither
     * finding an owner nor the wait of the last entries for more, up to the commit interval, is
     * throughput.
     */
    private static double capture(SourceData source, Pipe pipe, String cluster, long entries)
            throws Exception {
        CaptureConfig config =
                CaptureConfig.of(
                        Map.of(
                                "cluster", cluster,
                                "source.uri", source.uri(),
                                "kafka.bootstrap.servers", pipe.servers(),
                                "registry.urls", pipe.registryUrl(),
                                "topic.replication.factor", "1"));
        try (CaptureAgent agent =
                new CaptureAgent(config, pipe.schemas(), "bench", Clock.systemUTC())) {
            agent.start();
            long first = await(agent, 1);
            long begun = System.nanoTime();
            long last = await(agent, entries - entries / 20);
            double seconds = (System.nanoTime() - begun) / 1e9;
            await(agent, entries);
            return (last - first) / seconds;
        }
    }

    /** Waits until so many records are committed; gives how many there are then. */
    private static long await(CaptureAgent agent, long records) throws InterruptedException {
        while (!agent.ended().isDone()) {
            long committed =
                    agent.progress().values().stream().mapToLong(TailProgress::entries).sum();
            if (committed >= records) {
                return committed;
            }
            Thread.sleep(2);
        }
        agent.ended().join();
        throw new IllegalStateException("the agent ended before it had captured everything");
    }
}
