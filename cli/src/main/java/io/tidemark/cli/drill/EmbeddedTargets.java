package io.tidemark.cli.drill;

import io.tidemark.cli.CommandFailure;
import io.tidemark.cli.ExitCode;
import io.tidemark.embedded.mongo.ServerVersion;
import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import io.tidemark.restore.RestorePreview;
import io.tidemark.restore.plan.ReplicaSetPlan;
import io.tidemark.restore.plan.RestorePlan;
import io.tidemark.storage.base.BaseManifest;
import io.tidemark.storage.catalogue.Chain;
import io.tidemark.storage.object.ObjectStore;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Scratch servers in this process, one for each replica set of a plan. They hold their data on the
 * heap, so a plan of which that is not to be expected to fit is refused.
 */
public final class EmbeddedTargets implements AutoCloseable {
    /** Documents in memory take more than their BSON, and the restore needs memory too. */
    private static final int HEAP_PER_DATA = 4;

    /** By so much, of usual entries; as if each left its bytes behind. */
    private static final int COMPRESSED = 4;

    /** What nobody asks of a scratch server is not kept long. */
    private static final long OPLOG_BYTES = 4L << 20;

    private final Map<String, SimulatedReplicaSet> sets = new TreeMap<>();

    private EmbeddedTargets() {}

    /**
     * Starts them.
     *
     * @param preview of the plan
     * @throws CommandFailure if the data won't fit into memory
     */
    public static EmbeddedTargets start(
            ObjectStore store, RestorePlan plan, RestorePreview preview) {
        long sliceBytes =
                plan.replicaSets().stream()
                        .flatMap(set -> set.links().stream())
                        .filter(link -> link.readAfter().isBefore(plan.to()))
                        .mapToLong(Chain.Link::sizeBytes)
                        .sum();
        requireRoom(preview.amounts().baseBytes(), sliceBytes, Runtime.getRuntime().maxMemory());
        EmbeddedTargets targets = new EmbeddedTargets();
        try {
            plan.replicaSets()
                    .forEach(set -> targets.sets.put(set.replicaSet().name(), start(store, set)));
            return targets;
        } catch (RuntimeException | Error failed) {
            targets.close();
            throw failed;
        }
    }

    static void requireRoom(long baseBytes, long sliceBytes, long heapBytes) {
        long data = baseBytes + COMPRESSED * sliceBytes;
        if (data > heapBytes / HEAP_PER_DATA) {
            throw new CommandFailure(
                    ExitCode.TARGET_REFUSED,
                    String.format(
                            "The restored data may take %,d MiB, and embedded targets hold theirs"
                                    + " on the heap, of which a quarter, %,d MiB, can be used for"
                                    + " that. Name scratch servers with --target RS=URI, or give"
                                    + " more memory: TIDEMARK_JAVA_OPTS=-Xmx%dg.",
                            data >> 20,
                            (heapBytes / HEAP_PER_DATA) >> 20,
                            1 + HEAP_PER_DATA * data / (1L << 30)));
        }
    }

    private static SimulatedReplicaSet start(ObjectStore store, ReplicaSetPlan set) {
        Optional<String> version =
                set.base().flatMap(place -> BaseManifest.read(store, place).serverVersion());
        return SimulatedReplicaSet.builder("drill-" + set.replicaSet())
                .version(version.map(EmbeddedTargets::atLeast).orElse(ServerVersion.V5_0))
                .newestOnly()
                .oplogMaxBytes(OPLOG_BYTES)
                .start();
    }

    /** The first release that is not older, by its major version; else the newest there is. */
    static ServerVersion atLeast(String release) {
        int wanted = major(release);
        for (ServerVersion version : ServerVersion.values()) {
            if (major(version.release()) >= wanted) {
                return version;
            }
        }
        return ServerVersion.values()[ServerVersion.values().length - 1];
    }

    private static int major(String release) {
        String digits = release.split("\\.", 2)[0];
        return digits.matches("\\d{1,4}") ? Integer.parseInt(digits) : 0;
    }

    /** Connection strings by replica set name. */
    public Map<String, String> uris() {
        Map<String, String> uris = new TreeMap<>();
        sets.forEach((name, set) -> uris.put(name, set.uri()));
        return uris;
    }

    @Override
    public void close() {
        sets.values().forEach(SimulatedReplicaSet::close);
    }
}
