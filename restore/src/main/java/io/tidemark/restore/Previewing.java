package io.tidemark.restore;

import io.tidemark.restore.RestorePreview.OpenTransaction;
import io.tidemark.restore.estimate.AmountsOfPlan;
import io.tidemark.restore.estimate.RestoreEstimate;
import io.tidemark.restore.estimate.SetAmounts;
import io.tidemark.restore.fetch.EntrySource;
import io.tidemark.restore.plan.ReplicaSetPlan;
import io.tidemark.restore.plan.RestorePlan;
import io.tidemark.restore.replay.transaction.Decision;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.TransactionKey;
import io.tidemark.storage.drill.DrillResult;
import io.tidemark.storage.drill.Drills;
import io.tidemark.storage.drill.RestoreAmounts;
import io.tidemark.storage.slice.SliceReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

/** Finds out what a planned restore will do. */
final class Previewing {
    /** Embedded and given ones in turn: enough of either. */
    private static final int DRILLS_READ = 2 * RestoreEstimate.MOST_DRILLS;

    private final RestoreRequest request;
    private final PreparedRestore prepared;
    private final RestorePlan plan;
    private final long begunNanos;

    Previewing(RestoreRequest request, PreparedRestore prepared, long begunNanos) {
        this.request = request;
        this.begunNanos = begunNanos;
        this.prepared = prepared;
        this.plan = prepared.plan();
    }

    RestorePreview run() {
        AmountsOfPlan amounts = new AmountsOfPlan(request.bucket());
        Map<ReplicaSet, SetAmounts> sets = new ConcurrentSkipListMap<>();
        Parallel.forEach(
                plan.replicaSets(), set -> sets.put(set.replicaSet(), amounts(amounts, set)));
        RestoreAmounts all =
                sets.values().stream()
                        .map(SetAmounts::amounts)
                        .reduce(RestoreAmounts.NONE, RestoreAmounts::plus);
        List<OpenTransaction> transactions = transactions();
        List<DrillResult> drills =
                new Drills(request.bucket(), request.cluster()).lastProven(DRILLS_READ);
        Duration planning = Duration.ofNanos(System.nanoTime() - begunNanos);
        return new RestorePreview(sets, transactions, RestoreEstimate.of(all, planning, drills));
    }

    /** A base that a target holds is not read, nor counted. */
    private SetAmounts amounts(AmountsOfPlan amounts, ReplicaSetPlan set) {
        return prepared.held().containsKey(set.replicaSet())
                ? amounts.ofOplog(set, plan.to())
                : amounts.of(set, plan.to());
    }

    private List<OpenTransaction> transactions() {
        SliceReader reader = new SliceReader(request.bucket(), request.keys());
        List<EntrySource> sources = new ArrayList<>();
        for (ReplicaSetPlan set : plan.replicaSets()) {
            sources.add(new EntrySource(reader, set));
        }
        TransactionSearch search = new TransactionSearch(request, sources);
        List<TransactionSearch.Prepared> open = search.openBeforehand();
        List<OpenTransaction> found = new ArrayList<>();
        search.search(open).forEach((key, decision) -> found.add(open(key, decision, open)));
        return found;
    }

    private static OpenTransaction open(
            TransactionKey key, Decision decision, List<TransactionSearch.Prepared> open) {
        List<TransactionSearch.Prepared> own =
                open.stream().filter(prepared -> prepared.key().equals(key)).toList();
        return new OpenTransaction(
                own.stream().map(TransactionSearch.Prepared::at).sorted().findFirst().orElseThrow(),
                own.stream().map(TransactionSearch.Prepared::replicaSet).sorted().toList(),
                RestoreRun.report(decision));
    }
}
