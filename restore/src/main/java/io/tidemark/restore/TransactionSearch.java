package io.tidemark.restore;

import io.tidemark.restore.fetch.EntrySource;
import io.tidemark.restore.fetch.EntryStream;
import io.tidemark.restore.plan.ReplicaSetPlan;
import io.tidemark.restore.replay.transaction.Chain;
import io.tidemark.restore.replay.transaction.Decision;
import io.tidemark.restore.replay.transaction.Outcomes;
import io.tidemark.schemas.layout.ObjectKey;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Namespace;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.TransactionKey;
import io.tidemark.storage.base.BaseManifest;
import io.tidemark.storage.base.BaseReader;
import io.tidemark.storage.catalogue.ArchivedReplicaSet;
import io.tidemark.storage.catalogue.Catalogue;
import io.tidemark.storage.object.AtOnce;
import io.tidemark.storage.slice.OpenTransaction;
import io.tidemark.storage.slice.SliceEntries;
import io.tidemark.storage.slice.SliceReader;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

/**
 * Decides the transactions that are open at the restored time: reads the oplogs of all replica sets
 * from the oldest prepare on, before their bases and beyond the restored time where the archive
 * goes on, and the coordinators' decisions in the bases. What these leave undecided is looked for
 * in whatever is archived: behind holes, and in other lives of replica sets. Windows go by all that
 * too, so a restore that knew less would leave out what they call decided.
 */
final class TransactionSearch {
    private static final Namespace COORDINATORS = Namespace.of("config.transaction_coordinators");

    /** A transaction that a replica set holds prepared at the restored time. */
    record Prepared(TransactionKey key, ReplicaSet replicaSet, ClusterTime at) {}

    private final RestoreRequest request;
    private final List<EntrySource> oplogs;

    TransactionSearch(RestoreRequest request, List<EntrySource> oplogs) {
        this.request = request;
        this.oplogs = oplogs;
    }

    /**
     * Decides what is open, as far as that can be told without replay: before anything is written.
     */
    Map<TransactionKey, Decision> decideBeforehand() {
        return search(openBeforehand());
    }

    /** What is open, by what slices say of themselves and the entries of one of each set. */
    List<Prepared> openBeforehand() {
        List<Callable<List<Prepared>>> tasks = new ArrayList<>();
        oplogs.forEach(oplog -> tasks.add(() -> openBeforehand(oplog)));
        return AtOnce.all(tasks).stream().flatMap(List::stream).toList();
    }

    private List<Prepared> openBeforehand(EntrySource oplog) {
        List<Prepared> open = new ArrayList<>();
        for (OpenTransaction transaction : OpenAt.preparedAt(oplog, request.to())) {
            ClusterTime at = transaction.prepared().orElseThrow().clusterTime();
            open.add(new Prepared(transaction.key(), oplog.plan().replicaSet(), at));
        }
        return open;
    }

    Map<TransactionKey, Decision> decide(List<Chain> open) {
        Outcomes outcomes = new Outcomes(request.to());
        open.forEach(chain -> outcomes.await(chain.key(), chain.last().clusterTime()));
        return search(outcomes, open.stream().map(Chain::key).toList());
    }

    Map<TransactionKey, Decision> search(List<Prepared> open) {
        Outcomes outcomes = new Outcomes(request.to());
        open.forEach(prepared -> outcomes.await(prepared.key(), prepared.at()));
        return search(outcomes, open.stream().map(Prepared::key).toList());
    }

    private Map<TransactionKey, Decision> search(Outcomes outcomes, List<TransactionKey> open) {
        outcomes.searchAfter().ifPresent(after -> search(after, outcomes));
        Map<TransactionKey, Decision> decisions = new LinkedHashMap<>();
        open.forEach(key -> decisions.put(key, outcomes.decide(key)));
        return decisions;
    }

    private void search(ClusterTime after, Outcomes outcomes) {
        Catalogue catalogue = new Catalogue(request.bucket(), request.cluster());
        for (EntrySource oplog : oplogs) {
            if (!outcomes.areKnown()) {
                search(catalogue, oplog.reachingBack(catalogue, after), after, outcomes);
            }
        }
        for (EntrySource oplog : oplogs) {
            if (!outcomes.areKnown()) {
                searchBase(oplog.plan(), outcomes);
            }
        }
        if (!outcomes.areDecided()) {
            catalogue.replicaSets().forEach(life -> searchAll(catalogue, life, after, outcomes));
        }
    }

    /** With its holes: an outcome stands for itself. */
    private void searchAll(
            Catalogue catalogue, ArchivedReplicaSet life, ClusterTime after, Outcomes outcomes) {
        SliceReader reader = new SliceReader(request.bucket(), request.keys());
        try (Stream<ObjectKey> ranges = catalogue.ranges(life, after)) {
            Iterator<ObjectKey.OfSlice> slices =
                    ranges.filter(ObjectKey.OfSlice.class::isInstance)
                            .map(ObjectKey.OfSlice.class::cast)
                            .iterator();
            while (!outcomes.areDecided() && slices.hasNext()) {
                try (SliceEntries entries = reader.entries(slices.next(), after, ClusterTime.MAX)) {
                    entries.forEachRemaining(entry -> outcomes.see(life.replicaSet(), entry));
                }
            }
        }
    }

    private static void search(
            Catalogue catalogue, EntrySource oplog, ClusterTime after, Outcomes outcomes) {
        try (EntryStream entries = oplog.readToTheEnd(catalogue, after)) {
            while (!outcomes.areKnown() && entries.hasNext()) {
                outcomes.see(oplog.plan().replicaSet(), entries.next());
            }
        }
    }

    private void searchBase(ReplicaSetPlan plan, Outcomes outcomes) {
        // A base that a target holds is stored nowhere.
        if (plan.base().isEmpty() || request.external().isPresent()) {
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
