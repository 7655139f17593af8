package io.tidemark.restore.merge;

import io.tidemark.restore.Replacement;
import io.tidemark.restore.RestoreException;
import io.tidemark.restore.RestoreTarget;
import io.tidemark.restore.config.ChunkTable;
import io.tidemark.restore.config.ClusterMetadata;
import io.tidemark.restore.fetch.EntrySource;
import io.tidemark.restore.guard.SourceCluster;
import io.tidemark.restore.guard.SourceNeeds;
import io.tidemark.restore.guard.TargetOutlook;
import io.tidemark.restore.indexes.ViewFinish;
import io.tidemark.restore.replay.NamespaceRules;
import io.tidemark.restore.replay.Problems;
import io.tidemark.restore.report.CollectionReport;
import io.tidemark.restore.target.TargetFacts;
import io.tidemark.restore.verify.TargetCheck;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Namespace;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The one target of all replica sets: a server, a replica set, or a running cluster's router. */
public final class MergedTarget implements AutoCloseable {
    private final RestoreTarget target;
    private final List<Selection> selections;
    private final Naming naming;
    private final Replacement replacement;
    private final boolean restart;
    private final Problems problems;
    private final List<StagedShard> shards = new ArrayList<>();
    private final Map<String, CollectionReport> collections = new TreeMap<>();
    private final List<Namespace> restored = new ArrayList<>();
    private final PreviousCollections previous;
    private Predicate<Namespace> followed = namespace -> true;
    private MergeGuard guard;
    private boolean marked;

    /**
     * @param selections empty for the whole cluster
     * @param restart takes back what a restore into this target left that was cut off
     */
    public MergedTarget(
            RestoreTarget target,
            List<Selection> selections,
            Replacement replacement,
            boolean restart,
            Problems problems) {
        this.target = target;
        this.selections = List.copyOf(selections);
        this.naming = new Naming(selections);
        this.replacement = replacement;
        this.restart = restart;
        this.problems = problems;
        String token = Long.toString(Instant.now().getEpochSecond());
        this.previous = new PreviousCollections(target, token);
    }

    /** The next shard's place in it. */
    public StagedShard newShard() {
        StagedShard shard = new StagedShard(target, shards.size(), naming::databaseOf);
        shards.add(shard);
        return shard;
    }

    public TargetFacts inspect() {
        return target.inspect();
    }

    /** Learns under which names selected collections may have gone before the restored time. */
    public void follow(Collection<EntrySource> sources, ClusterTime to) {
        if (!naming.isEverything()) {
            followed = EarlierNames.of(sources, to, ns -> naming.nameOf(ns).isPresent());
        }
    }

    /** Of all that a replica set holds, what is replayed. */
    public NamespaceRules rules(NamespaceRules all) {
        return all.only(followed);
    }

    public TargetOutlook look(SourceCluster source, TargetFacts facts, List<SourceNeeds> needs) {
        guard = new MergeGuard(source, selections, replacement);
        boolean staged = facts.unfinished().isPresent() && StagedMark.isIn(target);
        return guard.look(facts, needs, staged, staged && restart);
    }

    /** The mark; what an earlier restore left goes before, if it may. */
    public void mark(String description) {
        if (restart && StagedMark.isIn(target)) {
            StagedMark.takeBack(target);
        }
        target.markAnew(StagedMark.of(description));
        marked = true;
    }

    /**
     * Puts the shards together, compares what was put together with what replay computed, and only
     * if that is the same lets it have its names.
     *
     * @param warnings what the operator should know is added
     * @throws RestoreException.NotCovered if what was selected is not there at the restored time
     */
    public void land(
            List<MergedShard> parts,
            ClusterMetadata cluster,
            ChunkTable chunks,
            List<String> warnings) {
        OwnersMerge merge = new OwnersMerge(cluster, chunks::isSharded, naming, problems, warnings);
        List<MergedCollection> merged = merge.run(parts);
        merge.withoutPrimary(merged)
                .forEach(
                        database ->
                                problems.add(
                                        "The metadata name no primary shard of database "
                                                + database
                                                + ", so whose its collections are is not known."));
        List<ViewFinish> views = new ArrayList<>();
        for (MergedShard part : parts) {
            views.add(
                    new ViewFinish(
                            part.views(),
                            target,
                            problems,
                            view ->
                                    merge.isPrimary(part, view, parts)
                                            ? naming.nameOf(view)
                                            : Optional.empty()));
        }
        requireSelected(merged, views);
        merged.forEach(this::check);
        if (problems.list().isEmpty()) {
            List<Namespace> inTheWay = guard.inTheWay(target.inspect());
            new Landing(target, problems, previous)
                    .run(merged, views, inTheWay, replacement.keepsPrevious());
            merged.forEach(c -> restored.add(Naming.seriesOf(c.name())));
            views.forEach(v -> restored.addAll(v.targetNames()));
        } else {
            warnings.add(
                    "Nothing was put in place: the target holds what it held before the restore.");
        }
    }

    private void check(MergedCollection collection) {
        Map<String, CollectionReport> found =
                new TargetCheck(collection.shard(), problems).run(List.of(collection.state()));
        found.values().forEach(report -> collections.put(collection.name().toString(), report));
    }

    private void requireSelected(List<MergedCollection> merged, List<ViewFinish> views) {
        Set<Namespace> found = new HashSet<>();
        merged.forEach(collection -> found.add(Naming.seriesOf(collection.name())));
        views.forEach(view -> found.addAll(view.targetNames()));
        List<String> missing =
                selections.stream()
                        .filter(
                                selection ->
                                        found.stream().noneMatch(name -> isFrom(selection, name)))
                        .map(Selection::toString)
                        .toList();
        if (!missing.isEmpty()) {
            throw new RestoreException.NotCovered(
                    "At that time the cluster has no collection or view "
                            + String.join(", ", missing)
                            + ". 'tidemark find --kind drop' tells when one was dropped. The"
                            + " target is as it was.");
        }
    }

    private static boolean isFrom(Selection selection, Namespace name) {
        return selection
                .target()
                .map(name::equals)
                .orElse(name.database().equals(selection.asDatabase()));
    }

    /** What the restored collections held when they were compared, by their names. */
    public Map<String, CollectionReport> collections() {
        return collections;
    }

    /** Names that were taken, and what became of their collections: a name, or nothing. */
    public Map<String, String> replaced() {
        return previous.report();
    }

    /** Commands of the shell that lead back to what was there before; empty if it is not kept. */
    public List<String> rollback() {
        return replacement.keepsPrevious() ? previous.rollback(restored) : List.of();
    }

    /** Collections that have not got their names go, and the mark. */
    private void clean() {
        if (marked) {
            shards.forEach(StagedShard::dropWaiting);
            target.unmark();
            marked = false;
        }
    }

    @Override
    public void close() {
        try {
            clean();
        } finally {
            target.close();
        }
    }

    /** True if two selections would meet under one name. */
    public static boolean meet(List<Selection> selections) {
        Stream<Object> names =
                selections.stream().map(s -> s.target().<Object>map(t -> t).orElse(s.asDatabase()));
        return names.distinct().count() < selections.size();
    }
}
