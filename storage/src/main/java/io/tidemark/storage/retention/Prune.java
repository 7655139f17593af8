package io.tidemark.storage.retention;

import io.tidemark.schemas.layout.BasePlace;
import io.tidemark.schemas.layout.KeyPrefix;
import io.tidemark.schemas.layout.ObjectKey;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.storage.catalogue.AbandonedBases;
import io.tidemark.storage.catalogue.ArchivedReplicaSet;
import io.tidemark.storage.catalogue.Catalogue;
import io.tidemark.storage.catalogue.Chain;
import io.tidemark.storage.encryption.WrongKeyException;
import io.tidemark.storage.frames.FrameKeys;
import io.tidemark.storage.object.Body;
import io.tidemark.storage.object.DamagedObjectException;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.storage.object.StoredObject;
import io.tidemark.storage.object.UnreachableException;
import io.tidemark.storage.slice.SliceReader;
import io.tidemark.storage.standby.StandbyNote;
import io.tidemark.storage.standby.StandbyNotes;
import io.tidemark.storage.timeline.TimelineReader;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Removes what a rule no longer keeps. In this order, so that what is left at any moment is never
 * offered as more than it is: a mark in each base that goes, manifests, oplogs from the oldest
 * entry on, then the parts of bases, then their marks. Before all that go pictures of windows that
 * nobody reads any more, for where a disk is full the marks need room. A base whose manifest is
 * gone does not exist; its mark tells the next run that it is no snapshot under way. What a
 * snapshot left that failed or was cancelled goes too, once it is certain that nobody goes on with
 * it; before, it is {@linkplain AbandonedBases given up}, for a process that stood still could
 * still bring a manifest.
 */
public final class Prune {
    /** So many whole pictures of windows stay: if the newest is damaged later, the next serves. */
    private static final int PICTURES = 10;

    private static final int ASK_EVERY = 50;

    /** Its key says everything, and a full disk has room for a name when it has none for bytes. */
    private static final byte[] MARK = {};

    private final ObjectStore store;
    private final ClusterName cluster;
    private final OperationLock lock;
    private final EndedSnapshots ended;
    private final AbandonedBases abandoned;
    private final StandbyNotes standbys;

    /**
     * @param ended asked for snapshots that left something without a manifest
     */
    public Prune(ObjectStore store, ClusterName cluster, OperationLock lock, EndedSnapshots ended) {
        this.store = store;
        this.cluster = cluster;
        this.lock = lock;
        this.ended = ended;
        this.abandoned = new AbandonedBases(store, cluster);
        this.standbys = new StandbyNotes(store, cluster);
    }

    /** Reads the bucket and changes nothing. */
    public PrunePlan plan(RetentionRule rule, Instant now) {
        return plan(rule, now, new Holds(store, cluster).ids());
    }

    /**
     * As {@link #plan(RetentionRule, Instant)}.
     *
     * @param holds ids of the snapshots that would be held
     */
    public PrunePlan plan(RetentionRule rule, Instant now, Set<String> holds) {
        RetentionFacts facts = RetentionFacts.read(store, cluster, holds, standbys.holding(now));
        Retention kept = Retention.decide(rule, now, facts);
        Retention stays =
                kept.from(oldestOpen(facts, kept.after())).keeping(onlyTraces(facts, kept));
        List<BasePlace> bases = new ArrayList<>();
        facts.bases().stream()
                .filter(base -> !stays.bases().containsKey(base))
                .map(StoredBase::place)
                .forEach(bases::add);
        List<UnfinishedBase> unfinished = new ArrayList<>();
        List<StoredObject> parts = new ArrayList<>();
        for (UnfinishedBase base : unfinished(facts, now)) {
            switch (base.fate()) {
                case BEING_REMOVED -> bases.add(base.place());
                case GIVEN_UP -> {
                    unfinished.add(base);
                    parts.addAll(parts(base.place()));
                }
                default -> unfinished.add(base);
            }
        }
        bases.forEach(place -> parts.addAll(parts(place)));
        return new PrunePlan(
                stays.bases(),
                stays.births(),
                stays.after(),
                facts.standbys(),
                bases,
                unfinished,
                parts,
                ranges(facts, stays),
                pictures());
    }

    /**
     * Removes what the rule does not keep; safe to be killed and run again.
     *
     * @param progress told how many objects were removed
     * @return what was removed
     */
    public PrunePlan run(RetentionRule rule, Instant now, LongConsumer progress) {
        try (OperationLock.Turn turn = withRoom(lock::take)) {
            PrunePlan plan = plan(rule, now);
            Removal removal = new Removal(turn, progress);
            // A base may stay that an earlier run had marked: it was held since.
            plan.kept().keySet().forEach(base -> store.delete(KeyPrefix.pruneMark(base.place())));
            plan.windows().forEach(object -> removal.remove(object.key()));
            turn.requireHeld();
            plan.abandoned().forEach(place -> withRoom(() -> abandoned.add(place)));
            List<BasePlace> going = plan.going();
            going.forEach(place -> withRoom(() -> mark(place)));
            plan.bases().forEach(place -> removeSnapshot(place.snapshotId(), removal));
            going.forEach(place -> removal.remove(new ObjectKey.OfBaseManifest(place).text()));
            plan.ranges().forEach(object -> removal.remove(object.key()));
            plan.parts().forEach(object -> removal.remove(object.key()));
            going.forEach(place -> removal.remove(KeyPrefix.pruneMark(place)));
            forgetStandbys(plan.standbys());
            store.takeReserve();
            turn.succeeded();
            return plan;
        }
    }

    private void mark(BasePlace place) {
        String key = KeyPrefix.pruneMark(place);
        // An earlier run may have put it, with other content.
        if (store.head(key).isEmpty()) {
            store.put(key, Body.of(MARK));
        }
    }

    private void withRoom(Runnable put) {
        withRoom(
                () -> {
                    put.run();
                    return null;
                });
    }

    /** On a full disk once more, with the room that the store held for this. */
    private <T> T withRoom(Supplier<T> put) {
        try {
            return put.get();
        } catch (UnreachableException full) {
            if (!store.canFillUp()) {
                throw full;
            }
            if (!store.releaseReserve()) {
                throw withoutRoom(full);
            }
        }
        try {
            return put.get();
        } catch (UnreachableException stillFull) {
            throw withoutRoom(stillFull);
        }
    }

    private UnreachableException withoutRoom(UnreachableException e) {
        return new UnreachableException(
                e.getMessage()
                        + " A prune puts small notes before it removes what others may read, and"
                        + " this one could not. If "
                        + store.describe()
                        + " is full: stop what else writes there, make room for a few files (64"
                        + " KiB) by moving something away that is not the bucket's, and prune"
                        + " again; it removes the rest itself.",
                e);
    }

    /** Of those that were waited for too long nothing is told any more. */
    private void forgetStandbys(List<StandbyNote> holding) {
        Set<UUID> alive = new HashSet<>();
        holding.forEach(note -> alive.add(note.key().id()));
        standbys.ids().stream().filter(id -> !alive.contains(id)).forEach(standbys::remove);
    }

    private List<UnfinishedBase> unfinished(RetentionFacts facts, Instant now) {
        Set<BasePlace> whole = new HashSet<>();
        facts.bases().forEach(base -> whole.add(base.place()));
        return new UnfinishedBases(store, ended, abandoned, now)
                .find(new Catalogue(store, cluster), whole);
    }

    /** It lies under the config servers' incarnation; it is whole no more if one part goes. */
    private void removeSnapshot(String id, Removal removal) {
        for (Incarnation incarnation : Catalogue.incarnations(store, cluster)) {
            removal.remove(new ObjectKey.OfSnapshotManifest(cluster, incarnation, id).text());
        }
    }

    private final class Removal {
        private final OperationLock.Turn turn;
        private final LongConsumer progress;
        private long removed;

        Removal(OperationLock.Turn turn, LongConsumer progress) {
            this.turn = turn;
            this.progress = progress;
        }

        void remove(String key) {
            if (removed % ASK_EVERY == 0) {
                turn.requireHeld();
            }
            store.delete(key);
            removed++;
            progress.accept(removed);
        }
    }

    /**
     * Bases that alone tell of a life before one that is restored from its birth: without them,
     * times before the birth would pass for times without data.
     */
    private static List<StoredBase> onlyTraces(RetentionFacts facts, Retention kept) {
        return facts.bases().stream()
                .filter(base -> !kept.bases().containsKey(base))
                .filter(base -> facts.lives().get(base.life()).isWithoutOplog())
                .filter(base -> othersBorn(base.place().replicaSet(), facts))
                .toList();
    }

    /** Before the first entry of every transaction that is open at {@code after}. */
    private ClusterTime oldestOpen(RetentionFacts facts, ClusterTime after) {
        SliceReader reader = new SliceReader(store, FrameKeys.NONE);
        ClusterTime oldest = after;
        for (StoredLife life : facts.lives().values()) {
            Optional<ObjectKey.OfSlice> last =
                    life.chain().links().stream()
                            .map(Chain.Link::slice)
                            .filter(key -> !key.slice().through().isAfter(after))
                            .max(Comparator.comparing(key -> key.slice().through()));
            Optional<ClusterTime> open =
                    last.flatMap(key -> reader.header(key).oldestOpenTransaction())
                            .map(first -> first.clusterTime().previous());
            oldest = ClusterTime.min(oldest, open.orElse(oldest));
        }
        return oldest;
    }

    private List<StoredObject> ranges(RetentionFacts facts, Retention stays) {
        List<StoredObject> gone = new ArrayList<>();
        List<StoredObject> last = new ArrayList<>();
        for (ArchivedReplicaSet life : facts.lives().keySet()) {
            if (stays.births().containsKey(life)) {
                continue;
            }
            List<StoredObject> all = ranges(life);
            List<StoredObject> old =
                    all.stream().filter(o -> !through(o).isAfter(stays.after())).toList();
            boolean vanishes =
                    old.size() == all.size()
                            && !old.isEmpty()
                            && stays.bases().keySet().stream()
                                    .noneMatch(base -> base.life().equals(life));
            // While another life can be restored from its birth, that there was one before must
            // show: else times before the birth would pass for times without data.
            boolean told = vanishes && othersBorn(life.replicaSet(), facts);
            gone.addAll(told ? old.subList(0, old.size() - 1) : old);
            if (told && !othersStayBorn(life.replicaSet(), facts, stays)) {
                last.add(old.get(old.size() - 1));
            }
        }
        gone.addAll(last);
        return gone;
    }

    /** True if the first slice of another life stays. */
    private static boolean othersStayBorn(ReplicaSet set, RetentionFacts facts, Retention stays) {
        return facts.lives().values().stream()
                .filter(other -> other.life().replicaSet().equals(set) && other.born().isPresent())
                .anyMatch(
                        other ->
                                stays.births().containsKey(other.life())
                                        || other.chain()
                                                .links()
                                                .get(0)
                                                .readThrough()
                                                .isAfter(stays.after()));
    }

    private static boolean othersBorn(ReplicaSet set, RetentionFacts facts) {
        return facts.lives().values().stream()
                .anyMatch(
                        other -> other.life().replicaSet().equals(set) && other.born().isPresent());
    }

    private static ClusterTime through(StoredObject object) {
        return Catalogue.through(ObjectKey.parse(object.key()).orElseThrow());
    }

    /** In the order of their ends. */
    private List<StoredObject> ranges(ArchivedReplicaSet life) {
        String prefix = KeyPrefix.oplog(cluster, life.incarnation(), life.replicaSet());
        try (Stream<StoredObject> all = store.list(prefix, "")) {
            return all.filter(
                            o ->
                                    ObjectKey.parse(o.key())
                                            .filter(
                                                    k ->
                                                            k instanceof ObjectKey.OfSlice
                                                                    || k instanceof ObjectKey.OfGap)
                                            .isPresent())
                    .sorted(Comparator.comparing(Prune::through))
                    .toList();
        }
    }

    /** Parts, then what their scan stood on. */
    private List<StoredObject> parts(BasePlace place) {
        try (Stream<StoredObject> all = store.list(KeyPrefix.base(place), "")) {
            Map<Boolean, List<StoredObject>> byStart =
                    all.filter(o -> is(o, ObjectKey.OfBasePart.class, ObjectKey.OfBaseStart.class))
                            .collect(
                                    Collectors.partitioningBy(
                                            o -> is(o, ObjectKey.OfBaseStart.class)));
            List<StoredObject> inOrder = new ArrayList<>(byStart.get(false));
            inOrder.addAll(byStart.get(true));
            return inOrder;
        }
    }

    private static boolean is(StoredObject object, Class<?>... kinds) {
        return ObjectKey.parse(object.key())
                .filter(key -> Stream.of(kinds).anyMatch(kind -> kind.isInstance(key)))
                .isPresent();
    }

    /** Pictures older than the newest whole ones: nobody reads them. */
    private List<StoredObject> pictures() {
        TimelineReader reader = new TimelineReader(store, cluster, FrameKeys.NONE);
        List<StoredObject> all = new ArrayList<>();
        for (Incarnation incarnation : Catalogue.incarnations(store, cluster)) {
            try (Stream<StoredObject> listed =
                    store.list(KeyPrefix.timeline(cluster, incarnation), "")) {
                listed.filter(o -> picture(o).isPresent()).forEach(all::add);
            }
        }
        all.sort(
                Comparator.comparing((StoredObject o) -> picture(o).orElseThrow().through())
                        .thenComparing(o -> picture(o).orElseThrow().after())
                        .reversed());
        // Sealed ones can't be looked into here, so none goes.
        int whole = 0;
        int kept = 0;
        while (kept < all.size() && whole < PICTURES) {
            whole += isWhole(reader, picture(all.get(kept)).orElseThrow()) ? 1 : 0;
            kept++;
        }
        return all.subList(kept, all.size());
    }

    private static boolean isWhole(TimelineReader reader, ObjectKey.OfTimeline key) {
        try {
            reader.windows(key);
            return true;
        } catch (DamagedObjectException | WrongKeyException unreadable) {
            return false;
        }
    }

    private static Optional<ObjectKey.OfTimeline> picture(StoredObject object) {
        return ObjectKey.parse(object.key())
                .filter(ObjectKey.OfTimeline.class::isInstance)
                .map(ObjectKey.OfTimeline.class::cast)
                .filter(key -> key.kind().equals(ObjectKey.OfTimeline.WINDOWS));
    }
}
