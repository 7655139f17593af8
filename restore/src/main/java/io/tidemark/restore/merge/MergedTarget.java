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
import io.tidemark.restore.plan.ReplicaSetPlan;
import io.tidemark.restore.previous.PreviousNames;
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
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The one target of all replica sets: a server, a replica set, or a running cluster's router. */
public final class MergedTarget implements AutoCloseable {
    private final RestoreTarget target;
    private final List<Selection> selections;
    private final Naming naming;
    private final Replacement replacement;
    private final Problems problems;
    private final Map<ReplicaSetPlan, StagedShard> shards = new HashMap<>();
    private final Map<String, CollectionReport> collections = new TreeMap<>();
    private final List<Namespace> restored = new ArrayList<>();
    private Optional<PreviousCollections> previous = Optional.empty();
    private Predicate<Namespace> followed = namespace -> true;
    private MergeGuard guard;

    /**
     * @param selections empty for the whole cluster
     */
    public MergedTarget(
            RestoreTarget target,
            List<Selection> selections,
            Replacement replacement,
            Problems problems) {
        this.target = target;
        this.selections = List.copyOf(selections);
        this.naming = new Naming(selections);
        this.replacement = replacement;
        this.problems = problems;
    }

    /** The server itself. */
    public RestoreTarget server() {
        return target;
    }

    /** Makes places for the next shard. They have numbers: every run adds them in one order. */
    public void addShard(ReplicaSetPlan set) {
        shards.put(set, new StagedShard(target, shards.size(), naming::databaseOf));
    }

    /** Where a shard waits in it. */
    public StagedShard shardOf(ReplicaSetPlan set) {
        return shards.get(set);
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

    /**
     * @param unfinished of an earlier restore into this target: it is gone on with, or taken back
     * @param goesOn whether it is gone on with
     * @param refusal why not
     */
    public TargetOutlook look(
            SourceCluster source,
            TargetFacts facts,
            List<SourceNeeds> needs,
            Optional<UUID> unfinished,
            boolean goesOn,
            Optional<String> refusal) {
        guard = new MergeGuard(source, selections, replacement);
        Optional<LandingLog> log = unfinished.map(restore -> LandingLog.read(target, restore));
        if (log.isPresent() && log.get().hasBegun() && goesOn) {
            // Names were looked at when they were given, and some may be the new collections' now.
            return guard.lookAgain(facts, needs, log.get().inTheWay());
        }
        if (log.isPresent() && log.get().isNamed()) {
            return guard.refuse(
                    facts,
                    needs,
                    "an earlier restore has given its collections their names already, and only"
                            + " has to end: run it again without --restart");
        }
        TargetFacts then = log.map(l -> takenBack(facts, l)).orElse(facts);
        return guard.look(goesOn ? facts : then, needs, !goesOn, refusal);
    }

    /** As the target will be then. */
    private static TargetFacts takenBack(TargetFacts facts, LandingLog log) {
        if (!log.hasBegun()) {
            return facts;
        }
        Set<Namespace> then = new TreeSet<>(facts.collections());
        then.removeAll(log.verified().keySet());
        then.addAll(log.inTheWay());
        return facts.holding(List.copyOf(then));
    }

    /**
     * Takes back what a restore has put into the target: collections that have their names lose
     * them, what was in their way gets its own back, and all that waits goes. The mark goes last:
     * cut off, it is done again.
     */
    public void takeBack(UUID restore) {
        LandingLog log = LandingLog.read(target, restore);
        if (log.hasBegun()) {
            landing(log).undo();
        }
        dropWaiting();
        target.unmark();
    }

    /** What has no name of its own yet goes. */
    private void dropWaiting() {
        target.inspect().userCollections().stream()
                .filter(StagedShard::isStaged)
                // A time-series collection takes its buckets along.
                .sorted(Comparator.comparing(Naming::isBuckets))
                .forEach(target::drop);
    }

    private Landing landing(LandingLog log) {
        PreviousCollections aside = new PreviousCollections(target, log.token());
        previous = Optional.of(aside);
        return new Landing(target, problems, aside, log);
    }

    /**
     * Puts the shards together, compares what was put together with what replay computed, and only
     * if that is the same lets it have its names. Cut off, it goes on where it was.
     *
     * @param restore tells this restore's notes from those of others
     * @param again whether an earlier run may have begun with it
     * @param warnings what the operator should know is added
     * @throws RestoreException.NotCovered if what was selected is not there at the restored time;
     *     nothing of the restore is left then, as after {@link RestoreException.TargetRefused}
     */
    public void land(
            UUID restore,
            boolean again,
            List<MergedShard> parts,
            ClusterMetadata cluster,
            ChunkTable chunks,
            List<String> warnings) {
        LandingLog log = LandingLog.read(target, restore);
        OwnersMerge merge =
                new OwnersMerge(cluster, chunks::isSharded, naming, problems, warnings, log, again);
        List<MergedCollection> merged = merge.run(parts);
        merge.withoutPrimary(merged)
                .forEach(
                        database ->
                                problems.add(
                                        "The metadata name no primary shard of database "
                                                + database
                                                + ", so whose its collections are is not known."));
        List<ViewFinish> views = views(parts, merge, again);
        try {
            requireSelected(merged, views);
            merged.forEach(collection -> check(collection, log));
            if (problems.list().isEmpty()) {
                land(log, merged, views);
            } else {
                warnings.add(
                        "Nothing was put in place: the target holds what it held before the"
                                + " restore.");
            }
        } catch (RestoreException.NotCovered | RestoreException.TargetRefused e) {
            takeBack(restore);
            throw e;
        }
    }

    private List<ViewFinish> views(List<MergedShard> parts, OwnersMerge merge, boolean again) {
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
                                            : Optional.empty(),
                            again));
        }
        return views;
    }

    private void land(LandingLog log, List<MergedCollection> merged, List<ViewFinish> views) {
        if (log.isUndone()) {
            landing(log).undo();
        }
        if (log.hasBegun()) {
            log.problems().forEach(problems::add);
        } else {
            Landing.finish(merged.stream().filter(MergedCollection::isRenamed).toList(), problems);
            TargetFacts now = target.inspect();
            log.begin(
                    PreviousNames.token(Instant.now(), now.collections()),
                    guard.requireCovered(now),
                    problems.list());
        }
        landing(log).run(merged, views, replacement.keepsPrevious());
        merged.forEach(c -> restored.add(Naming.seriesOf(c.name())));
        views.forEach(v -> restored.addAll(v.targetNames()));
    }

    /** Once it is known to be right, it need not be read again by a run that goes on. */
    private void check(MergedCollection collection, LandingLog log) {
        Optional<CollectionReport> known =
                Optional.ofNullable(log.verified().get(collection.name()))
                        .map(LandingLog.Whole::report);
        CollectionReport report = known.orElseGet(() -> compare(collection, log));
        collections.put(collection.name().toString(), report);
    }

    private CollectionReport compare(MergedCollection collection, LandingLog log) {
        long before = problems.count();
        CollectionReport report =
                new TargetCheck(collection.shard(), problems)
                        .run(List.of(collection.state()))
                        .get(collection.source().toString());
        if (problems.count() == before) {
            log.verified(
                    new LandingLog.Whole(
                            collection.place(), collection.name(), collection.isRenamed(), report));
        }
        return report;
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
        return previous.map(PreviousCollections::report).orElse(Map.of());
    }

    /** Commands of the shell that lead back to what was there before; empty if it is not kept. */
    public List<String> rollback() {
        return replacement.keepsPrevious()
                ? previous.map(p -> p.rollback(restored)).orElse(List.of())
                : List.of();
    }

    /** The restore is whole, or must not be trusted: what is not in place goes, and the marks. */
    public void end() {
        dropWaiting();
        target.unmark();
    }

    @Override
    public void close() {
        target.close();
    }

    /** True if two selections would meet under one name. */
    public static boolean meet(List<Selection> selections) {
        Stream<Object> names =
                selections.stream().map(s -> s.target().<Object>map(t -> t).orElse(s.asDatabase()));
        return names.distinct().count() < selections.size();
    }
}
