package io.tidemark.restore.plan;

import io.tidemark.restore.RestoreException;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.RestoreWindow;
import io.tidemark.storage.catalogue.ArchivedReplicaSet;
import io.tidemark.storage.catalogue.Chain;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The times that each replica set can be restored to, and what from. Of the archive no more is
 * listed than what a time needs, unless it can't be restored and the nearest ones are not known.
 */
final class Coverage {
    private final ArchiveFacts archive;
    private final Optional<SafeTimes> known;
    private final Map<ReplicaSet, List<ArchivedReplicaSet>> lives = new TreeMap<>();

    Coverage(ArchiveFacts archive, Optional<SafeTimes> known) {
        this.archive = archive;
        this.known = known;
        for (ArchivedReplicaSet life : archive.lives()) {
            lives.computeIfAbsent(life.replicaSet(), set -> new ArrayList<>()).add(life);
        }
    }

    /** Those that belong to the cluster at {@code time}. */
    Collection<ReplicaSet> replicaSets(ClusterTime time) {
        return lives.keySet().stream().filter(set -> isNeeded(set, time)).toList();
    }

    private boolean isNeeded(ReplicaSet set, ClusterTime time) {
        return known.map(times -> times.mayBeMember(set, time)).orElse(true);
    }

    boolean isEmpty() {
        return lives.isEmpty();
    }

    /**
     * @throws RestoreException.NotCovered or {@link RestoreException.ArchiveDamaged} with the
     *     reason if nothing serves the time
     */
    Candidate choose(ReplicaSet replicaSet, ClusterTime time) {
        List<Candidate> tried = tried(replicaSet, time);
        return tried.stream()
                .filter(candidate -> candidate.serves(time))
                .findFirst()
                .orElseThrow(() -> refusal(replicaSet, tried, time));
    }

    /**
     * The starts before the time, the best first, up to the first one that serves it; without those
     * that would need all that one before them lacked.
     */
    private List<Candidate> tried(ReplicaSet replicaSet, ClusterTime time) {
        List<Candidate> tried = new ArrayList<>();
        for (Start start : begunAt(replicaSet, time)) {
            boolean hopeless = tried.stream().anyMatch(c -> start.needsAllOf(c.start()));
            if (!hopeless) {
                Chain chain = archive.chainReaching(start.life(), start.replayAfter(), time);
                Candidate candidate = new Candidate(start, chain);
                tried.add(candidate);
                if (candidate.serves(time)) {
                    return tried;
                }
            }
        }
        return tried;
    }

    /** Of a life that has a base by then the birth is not asked for: it needs all that bases do. */
    private List<Start> begunAt(ReplicaSet replicaSet, ClusterTime time) {
        List<ArchivedReplicaSet> all = lives.get(replicaSet);
        List<Start> begun = new ArrayList<>();
        for (ArchivedReplicaSet life : all) {
            List<Start> based = bases(life).filter(start -> start.hasBegun(time)).toList();
            begun.addAll(based);
            if (based.isEmpty()) {
                birth(life, all.size() > 1).filter(b -> b.hasBegun(time)).ifPresent(begun::add);
            }
        }
        begun.sort(Start.BEST_FIRST);
        return begun;
    }

    private Stream<Start> bases(ArchivedReplicaSet life) {
        return archive.bases(life).stream().map(base -> Start.of(life, base));
    }

    private Optional<Start> birth(ArchivedReplicaSet life, boolean oneOfSeveral) {
        if (!archive.isBorn(life)) {
            return Optional.empty();
        }
        // Before this life was born another one may have held the data.
        ClusterTime first = oneOfSeveral ? archive.firstEntry(life) : ClusterTime.ZERO.next();
        return Optional.of(new Start(life, Optional.empty(), first));
    }

    /**
     * @param tried all that have begun before the time, with their chains to the archive's end
     */
    private RestoreException refusal(
            ReplicaSet replicaSet, List<Candidate> tried, ClusterTime time) {
        if (tried.isEmpty()) {
            return new RestoreException.NotCovered(
                    "Replica set "
                            + replicaSet
                            + " has no base that is usable at "
                            + time
                            + ", and its archive does not begin with its first entry."
                            + nearest(time));
        }
        Candidate furthest =
                tried.stream().max(Comparator.comparing(Candidate::reach)).orElseThrow();
        Chain.Hole hole = furthest.chain().holes().get(0);
        boolean isEnd =
                furthest.chain().links().stream()
                        .noneMatch(link -> link.readAfter().compareTo(hole.through()) >= 0);
        if (isEnd && hole.gaps().isEmpty()) {
            return new RestoreException.NotCovered(
                    "Replica set "
                            + replicaSet
                            + " is archived through "
                            + furthest.reach()
                            + " only; nothing proves what happened until "
                            + time
                            + "."
                            + nearest(time));
        }
        return broken(replicaSet, hole, time);
    }

    private RestoreException broken(ReplicaSet replicaSet, Chain.Hole hole, ClusterTime time) {
        String where = "(" + hole.after() + ", " + hole.through() + "]";
        Optional<String> reason = archive.reason(hole);
        if (reason.isPresent()) {
            return new RestoreException.NotCovered(
                    "The oplog of replica set "
                            + replicaSet
                            + " has a gap "
                            + where
                            + ": "
                            + reason.get()
                            + (reason.get().endsWith(".") ? "" : ".")
                            + nearest(time));
        }
        return new RestoreException.ArchiveDamaged(
                "Slices of replica set "
                        + replicaSet
                        + " are missing for "
                        + where
                        + ": later ones are there, and no gap was recorded. Bring them back from a"
                        + " copy of the bucket, or restore to another time."
                        + nearest(time));
    }

    /** The nearest times that every replica set can be restored to, safe ones if that is known. */
    private String nearest(ClusterTime time) {
        Optional<ClusterTime> before =
                known.isPresent()
                        ? known.get().before(time).filter(this::servedByAll)
                        : ends(RestoreWindow::latest)
                                .filter(t -> t.isBefore(time))
                                .filter(this::servedByAll)
                                .max(Comparator.naturalOrder());
        Optional<ClusterTime> after =
                known.isPresent()
                        ? known.get().after(time).filter(this::servedByAll)
                        : ends(RestoreWindow::earliest)
                                .filter(t -> t.isAfter(time))
                                .filter(this::servedByAll)
                                .min(Comparator.naturalOrder());
        if (before.isEmpty() && after.isEmpty()) {
            return " No time can be restored for all replica sets together.";
        }
        return " Nearest restorable times: "
                + before.map(t -> t + " before").orElse("none before")
                + ", "
                + after.map(t -> t + " after").orElse("none after")
                + ".";
    }

    private Stream<ClusterTime> ends(Function<RestoreWindow, ClusterTime> end) {
        return lives.values().stream()
                .flatMap(all -> all.stream().flatMap(life -> starts(life, all.size() > 1)))
                .map(s -> new Candidate(s, archive.chain(s.life(), s.replayAfter())))
                .flatMap(candidate -> candidate.window().stream())
                .map(end);
    }

    private Stream<Start> starts(ArchivedReplicaSet life, boolean oneOfSeveral) {
        return Stream.concat(bases(life), birth(life, oneOfSeveral).stream());
    }

    private boolean servedByAll(ClusterTime time) {
        return replicaSets(time).stream().allMatch(set -> isServed(set, time));
    }

    private boolean isServed(ReplicaSet replicaSet, ClusterTime time) {
        return tried(replicaSet, time).stream().anyMatch(candidate -> candidate.serves(time));
    }
}
