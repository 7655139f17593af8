package io.tidemark.bench;

import com.sun.management.GarbageCollectionNotificationInfo;
import io.tidemark.restore.Restore;
import io.tidemark.restore.RestoreProgress;
import io.tidemark.restore.RestoreRequest;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.storage.object.BucketUri;
import io.tidemark.storage.object.ObjectStore;
import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import javax.management.NotificationEmitter;
import javax.management.openmbean.CompositeData;

/**
 * Restores, or follows, in a process of its own with a bounded heap, beside no server of ours, and
 * tells how much of it was in use after collections at most.
 */
final class HeapProbe {
    static final String HEAP = "-Xmx512m";
    private static final String ANSWER = "heapPeakBytes=";

    private HeapProbe() {}

    /** Of a restore. */
    static long run(String bucket, ClusterTime to, String target)
            throws IOException, InterruptedException {
        return found(bucket, to.toString(), target);
    }

    /** Of a standby that begins so far behind, and goes on to the end of the archive. */
    static long follow(String bucket, Duration behind, String target)
            throws IOException, InterruptedException {
        return found(bucket, behind.toString(), target);
    }

    private static long found(String bucket, String where, String target)
            throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                HEAP,
                                "-cp",
                                System.getProperty("java.class.path"),
                                HeapProbe.class.getName(),
                                bucket,
                                where,
                                target)
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException("a process with " + HEAP + " failed: " + out);
        }
        return out.lines()
                .filter(line -> line.startsWith(ANSWER))
                .mapToLong(line -> Long.parseLong(line.substring(ANSWER.length())))
                .findFirst()
                .orElseThrow();
    }

    /**
     * @param args bucket; cluster time of a restore, or delay that a standby begins with; target
     */
    public static void main(String[] args) {
        AtomicLong peak = new AtomicLong();
        for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            ((NotificationEmitter) collector)
                    .addNotificationListener(
                            (notification, nothing) ->
                                    peak.accumulateAndGet(
                                            usedAfter(notification.getUserData()), Math::max),
                            null,
                            null);
        }
        try (ObjectStore store = BucketUri.parse(args[0]).open()) {
            ClusterTime.parse(args[1])
                    .ifPresentOrElse(
                            to -> restore(store, to, args[2]),
                            () -> {
                                StandbyBenchmark.follow(store, args[2], Duration.parse(args[1]));
                                StandbyBenchmark.follow(store, args[2], Duration.ZERO);
                            });
        }
        System.out.println(ANSWER + peak.get());
    }

    private static void restore(ObjectStore store, ClusterTime to, String target) {
        Restore.run(
                new RestoreRequest(
                        store, RestoreBenchmark.CLUSTER, to, Map.of(RestoreBenchmark.SET, target)),
                RestoreProgress.silent());
    }

    private static long usedAfter(Object data) {
        List<String> heap =
                ManagementFactory.getMemoryPoolMXBeans().stream()
                        .filter(pool -> pool.getType() == java.lang.management.MemoryType.HEAP)
                        .map(java.lang.management.MemoryPoolMXBean::getName)
                        .toList();
        return GarbageCollectionNotificationInfo.from((CompositeData) data)
                .getGcInfo()
                .getMemoryUsageAfterGc()
                .entrySet()
                .stream()
                .filter(pool -> heap.contains(pool.getKey()))
                .mapToLong(pool -> pool.getValue().getUsed())
                .sum();
    }
}
