package io.tidemark.restore;

import io.tidemark.restore.replay.Problems;
import io.tidemark.restore.report.CollectionReport;
import io.tidemark.restore.report.ReplicaSetReport;
import io.tidemark.restore.target.TargetFacts;
import io.tidemark.restore.verify.TargetCheck;
import io.tidemark.schemas.model.Namespace;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;

/** Reads back what the targets hold, and says whether it is what they should hold. */
final class VerifyPhase {
    private final RestoreTargets targets;
    private final IdentityPhase identity;
    private final AccountPhase accounts;
    private final Problems problems;

    VerifyPhase(
            RestoreTargets targets,
            IdentityPhase identity,
            AccountPhase accounts,
            Problems problems) {
        this.targets = targets;
        this.identity = identity;
        this.accounts = accounts;
        this.problems = problems;
    }

    /** By name of the replica set. */
    Map<String, ReplicaSetReport> run() {
        Map<String, ReplicaSetReport> reports = new ConcurrentSkipListMap<>();
        Parallel.forEach(
                targets.restores(),
                restore -> reports.put(restore.plan().replicaSet().name(), verify(restore)));
        targets.merged()
                .ifPresent(
                        into ->
                                reports.put(
                                        RestoreRequest.MERGED,
                                        new ReplicaSetReport(0, 0, 0, into.collections())));
        return reports;
    }

    /** Every difference found, by this phase and the ones before. */
    List<String> problems() {
        List<String> found = new ArrayList<>(problems.list());
        if (targets.merged().isEmpty()) {
            targets.restores().forEach(restore -> found.addAll(restore.replay().problems().list()));
        }
        return found;
    }

    private ReplicaSetReport verify(ReplicaSetRestore restore) {
        Map<String, CollectionReport> collections =
                targets.merged().isPresent() ? Map.of() : verifiedCollections(restore);
        return new ReplicaSetReport(
                restore.replay().entriesRead(),
                restore.replay().entriesApplied(),
                restore.standing().baseDocuments(),
                collections);
    }

    private Map<String, CollectionReport> verifiedCollections(ReplicaSetRestore restore) {
        RestoreTarget target = targets.of(restore.plan());
        TargetCheck check = new TargetCheck(target, problems);
        Map<String, CollectionReport> collections = check.run(restore.replay().collections());
        Set<Namespace> known = new HashSet<>();
        collections.keySet().forEach(name -> known.add(Namespace.of(name)));
        TargetFacts now = target.inspect();
        if (restore.plan().isConfigServer()) {
            identity.written(restore.plan()).stream()
                    .filter(now.collections()::contains)
                    .forEach(ns -> collections.put(ns.toString(), check.read(ns)));
        }
        accounts.verify(restore, problems)
                .forEach(ns -> collections.put(ns.toString(), check.read(ns)));
        new StrangerCheck(restore, known).run(now, problems);
        return collections;
    }
}
