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
import java.util.stream.Stream;

/** The times that each replica set can be restored to, and what from. */
final class Coverage {
    /** The newest start first: least to replay. Births come last. */
    private static final Comparator<Candidate> BEST_FIRST =
            Comparator.comparing((Candidate c) -> c.base().isEmpty())
                    .thenComparing(Candidate::usableFrom, Comparator.reverseOrder());

    private final ArchiveFacts archive;
    private final Optional<SafeTimes> known;
    private final Map<ReplicaSet, List<Candidate>> candidates = new TreeMap<>();

    Coverage(ArchiveFacts archive, Optional<SafeTimes> known) {
        this.archive = archive;
        this.known = known;
        Map<ReplicaSet, List<ArchivedReplicaSet>> lives = new TreeMap<>();
        for (ArchivedReplicaSet life : archive.lives()) {
            lives.computeIfAbsent(life.replicaSet(), set -> new ArrayList<>()).add(life);
        }
        lives.forEach(
                (set, all) -> {
                    List<Candidate> own = new ArrayList<>();
                    all.forEach(life -> own.addAll(candidatesOf(life, all.size() > 1)));
                    own.sort(BEST_FIRST);
                    candidates.put(set, own);
                });
    }

    /** Those that belong to the cluster at {@code time}. */
    Collection<ReplicaSet> replicaSets(ClusterTime time) {
        return candidates.keySet().stream().filter(set -> isNeeded(set, time)).toList();
    }

    private boolean isNeeded(ReplicaSet set, ClusterTime time) {
        return known.map(times -> times.mayBeMember(set, time)).orElse(true);
    }

    boolean isEmpty() {
        return candidates.isEmpty();
    }

    /**
     * @throws RestoreException.NotCovered or {@link RestoreException.ArchiveDamaged} with the
     *     reason if nothing serves the time
     */
    Candidate choose(ReplicaSet replicaSet, ClusterTime time) {
        return candidates.get(replicaSet).stream()
                .filter(candidate -> candidate.serves(time))
                .findFirst()
                .orElseThrow(() -> refusal(replicaSet, time));
    }

    private List<Candidate> candidatesOf(ArchivedReplicaSet life, boolean oneOfSeveral) {
        List<Candidate> found = new ArrayList<>();
        for (BaseFacts base : archive.bases(life)) {
            Chain chain = archive.chain(life, base.replayAfter());
            found.add(new Candidate(life, Optional.of(base), base.usableFrom(), chain));
        }
        Chain chain = archive.chain(life, ClusterTime.ZERO);
        boolean born = chain.unbrokenThrough().isAfter(ClusterTime.ZERO);
        if (born) {
            // Before this life was born another one may have held the data.
            ClusterTime first =
                    oneOfSeveral
                            ? archive.firstEntry(life)
                            : chain.links().get(0).readAfter().next();
            found.add(new Candidate(life, Optional.empty(), first, chain));
        }
        return found;
    }

    private RestoreException refusal(ReplicaSet replicaSet, ClusterTime time) {
        List<Candidate> begun =
                candidates.get(replicaSet).stream()
                        .filter(candidate -> !time.isBefore(candidate.usableFrom()))
                        .toList();
        if (begun.isEmpty()) {
            return new RestoreException.NotCovered(
                    "Replica set "
                            + replicaSet
                            + " has no base that is usable at "
                            + time
                            + ", and its archive does not begin with its first entry."
                            + nearest(time));
        }
        Candidate furthest =
                begun.stream().max(Comparator.comparing(Candidate::reach)).orElseThrow();
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

    private Stream<ClusterTime> ends(java.util.function.Function<RestoreWindow, ClusterTime> end) {
        return candidates.values().stream()
                .flatMap(List::stream)
                .flatMap(candidate -> candidate.window().stream())
                .map(end);
    }

    private boolean servedByAll(ClusterTime time) {
        return candidates.entrySet().stream()
                .filter(set -> isNeeded(set.getKey(), time))
                .allMatch(set -> set.getValue().stream().anyMatch(c -> c.serves(time)));
    }
}
