package io.tidemark.bench;

import io.tidemark.restore.PreparedRestore;
import io.tidemark.restore.Restore;
import io.tidemark.restore.RestoreRequest;
import io.tidemark.restore.plan.ReplicaSetPlan;
import io.tidemark.schemas.layout.ObjectKey;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.storage.object.FileObjectStore;
import io.tidemark.storage.object.ObjectStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Planning in a bucket of many slices: all that {@code tidemark plan} asks of the bucket, in a
 * bucket each of whose requests takes as long as one of S3's, and in a directory that really holds
 * them.
 */
final class PlanBenchmark {
    private static final int SHARDS = 9;
    private static final Duration LATENCY = Duration.ofMillis(10);
    private static final long SLICES_PER_DAY = 2 * 24 * 60;

    private final long count;
    private final boolean inFiles;

    /**
     * @param count of slices in all, 30,000 or more
     * @param inFiles whether to write them as files too: a million takes a minute or two
     */
    PlanBenchmark(long count, boolean inFiles) {
        this.count = Math.max(30_000, count);
        this.inFiles = inFiles;
    }

    Figures run(Path folder, Benchmark.Notes notes) throws IOException {
        ManySlices slices = new ManySlices(new ClusterName("large"), SHARDS, count / (SHARDS + 1));
        Path files = Files.createDirectories(folder.resolve("bucket"));
        Map<String, Double> figures = new LinkedHashMap<>();
        figures.put("slices", (double) slices.count());
        try (FileObjectStore rest = new FileObjectStore(files)) {
            new LongArchive(slices).write(rest);
            // Half a day behind the last base that lies a day before the end.
            long day = slices.perSet() / SLICES_PER_DAY - 1;
            ClusterTime to = ManySlices.end(day * SLICES_PER_DAY + SLICES_PER_DAY / 2).next();
            notes.say("Planning with " + LATENCY.toMillis() + " ms for each request …");
            LargeBucket bucket = new LargeBucket(slices, rest, LATENCY);
            long planned = plan(bucket, to, "with10MsPerRequest", figures);
            figures.put("plannedSlices", (double) planned);
            figures.put("listRequests", (double) bucket.listRequests());
            figures.put("keysListed", (double) bucket.keysListed());
            figures.put("readRequests", (double) bucket.reads());
            plan(new LargeBucket(slices, rest, Duration.ZERO), to, "withoutLatency", figures);
            if (inFiles) {
                notes.say("Writing " + slices.count() + " files …");
                write(slices, files);
                plan(rest, to, "inFiles", figures);
            }
        }
        return new Figures(figures);
    }

    private static long plan(
            ObjectStore bucket, ClusterTime to, String name, Map<String, Double> figures) {
        long begun = System.nanoTime();
        RestoreRequest request = new RestoreRequest(bucket, new ClusterName("large"), to, Map.of());
        PreparedRestore prepared = Restore.prepare(request);
        long chosen = System.nanoTime();
        Restore.preview(request, prepared, begun);
        figures.put("seconds." + name, (System.nanoTime() - begun) / 1e9);
        figures.put("secondsToChoose." + name, (chosen - begun) / 1e9);
        return prepared.plan().replicaSets().stream()
                .map(ReplicaSetPlan::links)
                .mapToLong(java.util.List::size)
                .sum();
    }

    /** Empty ones: whatever planning reads was made before. */
    private static void write(ManySlices slices, Path files) throws IOException {
        Path last = files;
        for (long i = 0; i < slices.count(); i++) {
            ObjectKey.OfSlice key = slices.key(i);
            Path file = files.resolve(key.text());
            if (!file.getParent().equals(last)) {
                last = Files.createDirectories(file.getParent());
            }
            if (!Files.exists(file)) {
                Files.createFile(file);
            }
        }
    }
}
