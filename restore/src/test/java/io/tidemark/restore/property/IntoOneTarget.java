package io.tidemark.restore.property;

import io.tidemark.embedded.mongo.sharding.ClusterOracle;
import io.tidemark.restore.Placement;
import io.tidemark.restore.Restore;
import io.tidemark.restore.RestoreException;
import io.tidemark.restore.RestoreProgress;
import io.tidemark.restore.RestoreRequest;
import io.tidemark.restore.report.RestoreReport;
import io.tidemark.restore.target.MemoryRestoreTarget;
import io.tidemark.schemas.model.ClusterTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/** Restores into one target: all shards put together, or one collection out of all the others. */
final class IntoOneTarget {
    private final ClusterOracle oracle;
    private final Random random;
    private final Shares shares;
    private final Function<ClusterTime, RestoreRequest> requests;
    private final BiConsumer<ClusterTime, String> failed;

    /**
     * @param requests of the whole cluster, into one target
     */
    IntoOneTarget(
            ClusterOracle oracle,
            Random random,
            Shares shares,
            Function<ClusterTime, RestoreRequest> requests,
            BiConsumer<ClusterTime, String> failed) {
        this.oracle = oracle;
        this.random = random;
        this.shares = shares;
        this.requests = requests;
        this.failed = failed;
    }

    void whole(ClusterTime time) {
        MergedComparison comparison = new MergedComparison(oracle, time.toBson());
        restore("merged restores", requests.apply(time), comparison::run, comparison::hasClash);
    }

    /** Nothing if there is no collection at that time. */
    void part(ClusterTime time) {
        SelectedComparison.any(oracle, time.toBson(), random)
                .ifPresent(
                        comparison ->
                                restore(
                                        "selected collections",
                                        placed(requests.apply(time), comparison.placement()),
                                        comparison::run,
                                        comparison::hasClash));
    }

    private static RestoreRequest placed(RestoreRequest request, Placement placement) {
        return new RestoreRequest(
                request.bucket(),
                request.keys(),
                request.cluster(),
                request.to(),
                request.targets(),
                request.options(),
                request.safety(),
                placement);
    }

    private void restore(
            String what,
            RestoreRequest request,
            Function<MemoryRestoreTarget, List<String>> comparison,
            BooleanSupplier hasClash) {
        ClusterTime time = request.to();
        MemoryRestoreTarget one = new MemoryRestoreTarget("one:1");
        try {
            RestoreReport report = Restore.run(request, RestoreProgress.silent(), (n, o) -> one);
            List<String> differences = new ArrayList<>(comparison.apply(one));
            differences.addAll(report.problems());
            if (!differences.isEmpty()) {
                failed.accept(time, what + ", wrongly: " + String.join("\n    ", differences));
            }
            shares.count(what + " compared", 1);
        } catch (RestoreException.NotCovered unknown) {
            shares.count("safe times refused by the archive alone (over-cautious)", 1);
        } catch (RestoreException.VerificationFailed clash) {
            shares.count(what + " refused for two documents of one id", 1);
            boolean named = clash.getMessage().contains("has two documents with the _id");
            Map<?, ?> left = one.data().collections();
            if (!named || !left.isEmpty() || !hasClash.getAsBoolean()) {
                failed.accept(time, what + ": " + clash.getMessage() + left.keySet());
            }
        } catch (RestoreException refused) {
            failed.accept(time, "called safe, but " + what + " say: " + refused.getMessage());
        }
    }
}
