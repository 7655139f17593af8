package io.tidemark.restore;

import io.tidemark.restore.fetch.EntrySource;
import io.tidemark.restore.guard.TargetOutlook;
import io.tidemark.restore.indexes.CollectionFinish;
import io.tidemark.restore.indexes.ViewFinish;
import io.tidemark.restore.merge.MergedShard;
import io.tidemark.restore.merge.MergedTarget;
import io.tidemark.restore.plan.RestorePlan;
import io.tidemark.restore.replay.Problems;
import io.tidemark.restore.replay.transaction.Chain;
import io.tidemark.restore.replay.transaction.Decision;
import io.tidemark.restore.report.ReplicaSetReport;
import io.tidemark.restore.report.RestoreReport;
import io.tidemark.restore.report.TransactionReport;
import io.tidemark.restore.timeline.TimeGuard;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.TransactionKey;
import io.tidemark.storage.slice.SliceReader;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The phases of one restore, in order; each method is one of them. */
final class RestoreRun implements AutoCloseable {
    /** The same whichever run decided first; what has no commit comes last. */
    private static final Comparator<Decision> BY_TIME =
            Comparator.comparing((Decision d) -> d.commitTimestamp().orElse(ClusterTime.MAX))
                    .thenComparing(d -> d.key().toString());

    private final RestoreRequest request;
    private final RestorePlan plan;
    private final List<String> forced;
    private final RestoreProgress progress;
    private final long startedNanos = System.nanoTime();
    private final List<EntrySource> sources = new ArrayList<>();
    private final Findings findings = new Findings();
    private final Map<TransactionKey, Decision> decisions = new LinkedHashMap<>();
    private final RestoreTargets targets;
    private final OrphanPhase orphans;
    private final IdentityPhase identity;
    private final AccountPhase accounts;

    RestoreRun(RestoreRequest request, PreparedRestore prepared, RestoreProgress progress) {
        this.request = request;
        this.plan = prepared.plan();
        this.forced = prepared.forced().stream().map(TimeGuard::words).toList();
        this.progress = progress;
        SliceReader reader = new SliceReader(request.bucket(), request.keys());
        plan.replicaSets().forEach(set -> sources.add(new EntrySource(reader, set)));
        this.targets = new RestoreTargets(request, prepared, sources, progress, findings);
        this.orphans = new OrphanPhase(targets, findings.problems());
        this.identity = new IdentityPhase(plan, targets, orphans);
        this.accounts = new AccountPhase(targets, request.options().accounts());
    }

    /** Everything that can be refused is refused here, before anything is written. */
    void guard(RestoreTarget.Connector connector) {
        TargetOutlook.require(look(connector));
    }

    /** What the targets are like; writes nothing. */
    List<TargetOutlook> look(RestoreTarget.Connector connector) {
        progress.phase(RestoreProgress.Phase.GUARD);
        return targets.look(connector);
    }

    /**
     * Reads every object once before the first write: a damaged one is a refusal, not a restore
     * that dies half-way at 3 a.m. It costs a second read of the bucket, which is far cheaper than
     * the writes. The outcomes of transactions that are open at the restored time are looked for
     * here as well, as far behind it as they lie.
     */
    void checkObjects() {
        progress.phase(RestoreProgress.Phase.CHECK);
        Parallel.forEach(
                targets.restores(),
                restore -> restore.base().check(targets.resumption().standing(restore.plan())));
        decisions.putAll(new TransactionSearch(request, sources).decideBeforehand());
    }

    /**
     * Where no outcome of a transaction can be found, its operations may be in or out: windows
     * refuse such times. One that they let pass nevertheless is not restored wrongly for that.
     *
     * @throws RestoreException.NotCovered unless it is forced
     */
    void requireDecided() {
        Optional<Decision> undecided =
                decisions.values().stream()
                        .filter(d -> d.outcome() == Decision.Outcome.UNDECIDED)
                        .findFirst();
        if (undecided.isPresent() && !request.safety().force()) {
            throw new RestoreException.NotCovered(
                    "Transaction "
                            + undecided.get().key()
                            + " is prepared at "
                            + request.to()
                            + " and "
                            + undecided.get().decidedBy()
                            + ": it may be in or out. Nothing was written. Restore to a time before"
                            + " it was prepared, or when its outcome is archived; --force-unsafe"
                            + " leaves it out on all shards.");
        }
    }

    /** From here on the targets are half restored. What they do by themselves stops. */
    void mark() {
        targets.mark();
    }

    /** As a standby: what it stands on is needed from here on. */
    void hold(StandbyHold hold, String name) {
        targets.hold(hold, name);
    }

    List<ReplicaSetRestore> restores() {
        return targets.restores();
    }

    /** The report of an earlier run, if that one had only to remove its marks. */
    Optional<RestoreReport> doneBefore() {
        return targets.resumption().report();
    }

    void loadBases() {
        progress.phase(RestoreProgress.Phase.BASE);
        Parallel.forEach(targets.restores(), restore -> restore.loadBase(targets.cluster()));
    }

    void replay() {
        progress.phase(RestoreProgress.Phase.REPLAY);
        Parallel.forEach(targets.restores(), restore -> restore.oplog().run(request.to()));
    }

    void decide() {
        progress.phase(RestoreProgress.Phase.DECIDE);
        List<Chain> open = new ArrayList<>();
        targets.restores().forEach(restore -> open.addAll(restore.undecided()));
        Set<TransactionKey> keys = new HashSet<>();
        open.forEach(chain -> keys.add(chain.key()));
        decisions.keySet().retainAll(keys);
        // What an earlier run decided stands: some shard may have gone by it already.
        targets.resumption()
                .decisions()
                .forEach(decision -> decisions.put(decision.key(), decision));
        open.removeIf(chain -> decisions.containsKey(chain.key()));
        decisions.putAll(new TransactionSearch(request, sources).decide(open));
        targets.decided(List.copyOf(decisions.values()));
        Parallel.forEach(targets.restores(), restore -> restore.apply(decisions));
    }

    void removeOrphans() {
        progress.phase(RestoreProgress.Phase.ORPHANS);
        orphans.run();
    }

    void finishCollections() {
        progress.phase(RestoreProgress.Phase.INDEXES);
        if (targets.merged().isPresent()) {
            land(targets.merged().get());
            return;
        }
        Parallel.forEach(targets.restores(), this::finishCollections);
    }

    private void finishCollections(ReplicaSetRestore restore) {
        Problems problems = findings.problems();
        new CollectionFinish(restore.data(), problems).run();
        new ViewFinish(
                        restore.metadata(),
                        targets.of(restore.plan()),
                        problems,
                        targets.isResumed(restore))
                .run();
    }

    private void land(MergedTarget into) {
        List<MergedShard> shards = new ArrayList<>();
        for (ReplicaSetRestore restore : targets.restores()) {
            restore.replay().problems().list().forEach(findings.problems()::add);
            shards.add(
                    new MergedShard(
                            restore.plan(),
                            targets.source().shardIdOf(restore.plan()),
                            into.shardOf(restore.plan()),
                            List.copyOf(restore.replay().collections()),
                            restore.metadata()));
        }
        into.land(
                targets.resumption().restore(),
                targets.restores().stream().anyMatch(targets::isResumed),
                shards,
                targets.cluster(),
                orphans.chunks(),
                findings.warnings());
        findings.replaced().putAll(into.replaced());
    }

    void writeMetadata() {
        progress.phase(RestoreProgress.Phase.IDENTITY);
        if (targets.merged().isPresent()) {
            findings.warnings()
                    .add(
                            "Users, roles and keys (admin.system.*) are not restored into one"
                                    + " target.");
            return;
        }
        identity.run(findings.warnings());
        accounts.run(findings.warnings());
    }

    RestoreReport verify() {
        progress.phase(RestoreProgress.Phase.VERIFY);
        VerifyPhase verification =
                new VerifyPhase(targets, identity, accounts, findings.problems());
        Map<String, ReplicaSetReport> reports = verification.run();
        List<String> found = verification.problems();
        return new RestoreReport(
                plan.to().toString(),
                request.safety().policy().code(),
                forced,
                reports,
                decisions.values().stream().sorted(BY_TIME).map(RestoreRun::report).toList(),
                orphans.removed().values().stream().mapToLong(Long::longValue).sum(),
                orphans.removed(),
                found.isEmpty(),
                targets.merged().isEmpty() && identity.keptUuids(),
                findings.replaced(),
                targets.rollback(),
                findings.warnings(),
                found,
                (System.nanoTime() - startedNanos) / 1e9);
    }

    static TransactionReport report(Decision decision) {
        return new TransactionReport(
                decision.key().toString(),
                decision.commitTimestamp().map(Object::toString).orElse(""),
                decision.outcome().name().toLowerCase(java.util.Locale.ROOT),
                decision.decidedBy());
    }

    /** A restore that must not be trusted, and that no run can make better, ends. */
    void giveUp() {
        targets.giveUp();
    }

    /** Whether a restore that must not be trusted leaves its mark. */
    boolean leavesMark() {
        return targets.merged().isEmpty();
    }

    /**
     * The restore is whole, and verified. While the marks go one after the other, those that are
     * left say so.
     */
    void unmark(RestoreReport report) {
        targets.unmark(report);
    }

    /** An earlier run had verified the restore. */
    void finishEarlier() {
        targets.finishEarlier();
    }

    @Override
    public void close() {
        targets.close();
    }
}
