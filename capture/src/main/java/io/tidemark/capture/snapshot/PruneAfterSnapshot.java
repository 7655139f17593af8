package io.tidemark.capture.snapshot;

import io.tidemark.capture.operation.Fence;
import io.tidemark.capture.operation.LeaderTask;
import io.tidemark.capture.tail.SourceRefusedException;
import io.tidemark.capture.tail.SourceUnavailableException;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.storage.object.StorageException;
import io.tidemark.storage.retention.OperationLock;
import io.tidemark.storage.retention.Prune;
import io.tidemark.storage.retention.PrunePlan;
import io.tidemark.storage.retention.RetentionRule;
import io.tidemark.storage.turn.ArchiveTurn;
import io.tidemark.storage.turn.TurnHeldException;
import java.time.Clock;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes what a rule of retention no longer keeps, under the snapshot's own lock. While somebody
 * restores nothing is removed: the next snapshot's turn comes.
 */
public record PruneAfterSnapshot(
        ObjectStore store, ClusterName cluster, RetentionRule rule, String agent, Clock clock)
        implements AfterSnapshot {
    /** The fact that names snapshots of which nothing is left, separated by commas. */
    public static final String PRUNED = "prunedSnapshots";

    private static final Logger LOGGER = LoggerFactory.getLogger(PruneAfterSnapshot.class);

    @Override
    public Map<String, String> run(LeaderTask task) {
        try {
            PrunePlan removed =
                    new Prune(store, cluster, () -> turn(task.fence()), task.history()::hasEnded)
                            .run(rule, clock.instant(), objects -> {});
            return Map.of(
                    PRUNED,
                    String.join(",", gone(removed)),
                    "prunedObjects",
                    Long.toString(removed.objects()),
                    "prunedBytes",
                    Long.toString(removed.sizeBytes()));
        } catch (TurnHeldException
                | StorageException
                | SourceUnavailableException
                | SourceRefusedException e) {
            LOGGER.atWarn()
                    .addKeyValue("error", e.getMessage())
                    .log("What retention no longer keeps was not removed, or not all of it");
            return Map.of("pruneProblem", String.valueOf(e.getMessage()));
        }
    }

    private static Set<String> gone(PrunePlan removed) {
        Set<String> kept =
                removed.kept().keySet().stream()
                        .map(base -> base.place().snapshotId())
                        .collect(Collectors.toSet());
        Set<String> gone = new TreeSet<>();
        removed.bases().forEach(place -> gone.add(place.snapshotId()));
        gone.removeAll(kept);
        return gone;
    }

    private OperationLock.Turn turn(Fence fence) {
        ArchiveTurn turn = ArchiveTurn.take(store, cluster, ArchiveTurn.Kind.REMOVES, agent, clock);
        return new OperationLock.Turn() {
            @Override
            public void requireHeld() {
                fence.check();
                turn.keep();
            }

            @Override
            public void close() {
                // The fence is given back by who took it.
                turn.close();
            }
        };
    }
}
