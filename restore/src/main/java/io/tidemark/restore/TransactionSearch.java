package io.tidemark.restore;

import io.tidemark.restore.fetch.EntrySource;
import io.tidemark.restore.fetch.EntryStream;
import io.tidemark.restore.plan.ReplicaSetPlan;
import io.tidemark.restore.replay.transaction.Chain;
import io.tidemark.restore.replay.transaction.Decision;
import io.tidemark.restore.replay.transaction.Outcomes;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Namespace;
import io.tidemark.schemas.model.TransactionKey;
import io.tidemark.storage.base.BaseManifest;
import io.tidemark.storage.base.BaseReader;
import io.tidemark.storage.catalogue.Catalogue;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Decides the transactions that are open at the restored time: reads the oplogs of all replica sets
 * from the oldest prepare on, before their bases and beyond the restored time where the archive
 * goes on, and the coordinators' decisions in the bases.
 */
final class TransactionSearch {
    private static final Namespace COORDINATORS = Namespace.of("config.transaction_coordinators");
    private final RestoreRequest request;
    private final List<EntrySource> oplogs;

    TransactionSearch(RestoreRequest request, List<EntrySource> oplogs) {
        this.request = request;
        this.oplogs = oplogs;
    }

    Map<TransactionKey, Decision> decide(List<Chain> open) {
        Outcomes outcomes = new Outcomes(request.to());
        open.forEach(chain -> outcomes.await(chain.key(), chain.last().clusterTime()));
        outcomes.searchAfter().ifPresent(after -> search(after, outcomes));
        Map<TransactionKey, Decision> decisions = new LinkedHashMap<>();
        open.forEach(chain -> decisions.put(chain.key(), outcomes.decide(chain.key())));
        return decisions;
    }

    private void search(ClusterTime after, Outcomes outcomes) {
        Catalogue catalogue = new Catalogue(request.bucket(), request.cluster());
        for (EntrySource oplog : oplogs) {
            if (!outcomes.areKnown()) {
                search(oplog.reachingBack(catalogue, after), after, outcomes);
            }
        }
        for (EntrySource oplog : oplogs) {
            if (!outcomes.areKnown()) {
                searchBase(oplog.plan(), outcomes);
            }
        }
    }

    private static void search(EntrySource oplog, ClusterTime after, Outcomes outcomes) {
        try (EntryStream entries = oplog.read(after, ClusterTime.MAX)) {
            while (entries.hasNext() && !outcomes.areKnown()) {
                outcomes.see(oplog.plan().replicaSet(), entries.next());
            }
        }
    }

    private void searchBase(ReplicaSetPlan plan, Outcomes outcomes) {
        if (plan.base().isEmpty()) {
            return;
        }
        BaseManifest manifest = BaseManifest.read(request.bucket(), plan.base().get());
        BaseReader reader = new BaseReader(request.bucket(), request.keys());
        manifest.collections().stream()
                .filter(collection -> collection.namespace().equals(COORDINATORS))
                .forEach(
                        collection ->
                                reader.documents(manifest, collection)
                                        .forEachRemaining(
                                                document ->
                                                        outcomes.seeCoordinator(
                                                                plan.replicaSet(), document)));
    }
}
