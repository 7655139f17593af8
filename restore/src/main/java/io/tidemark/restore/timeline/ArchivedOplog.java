package io.tidemark.restore.timeline;

import io.tidemark.restore.plan.ArchiveFacts;
import io.tidemark.restore.plan.BaseFacts;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Gap;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.storage.catalogue.ArchivedReplicaSet;
import io.tidemark.storage.catalogue.Chain;
import io.tidemark.timeline.window.Base;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * One replica set's archived oplog, its lives one behind the other. Where two lives are archived
 * for the same time, the one that began later counts: a restore goes on from one to the other
 * nowhere.
 *
 * @param begin its record begins after this time; 0:0 if with the first entry that it ever wrote
 * @param parts without a space between
 */
record ArchivedOplog(ReplicaSet set, ClusterTime begin, List<Part> parts, List<Base> bases) {
    ArchivedOplog {
        parts = List.copyOf(parts);
        bases = List.copyOf(bases);
    }

    /** A life and where its record begins, exclusive. */
    private record Life(ArchivedReplicaSet place, ClusterTime begin, Chain chain) {
        boolean isEmpty() {
            return chain.links().isEmpty();
        }

        /** The last time told of: of an entry or a known hole. */
        ClusterTime end() {
            Chain.Hole last = chain.holes().get(chain.holes().size() - 1);
            return last.gaps().stream()
                    .map(gap -> gap.through())
                    .reduce(last.after(), ClusterTime::max);
        }
    }

    static ArchivedOplog of(ReplicaSet set, List<ArchivedReplicaSet> places, ArchiveFacts facts) {
        List<Life> lives = new ArrayList<>();
        List<Base> bases = new ArrayList<>();
        for (ArchivedReplicaSet place : places) {
            Chain chain = facts.chain(place, ClusterTime.ZERO);
            Life life = new Life(place, begin(place, chain, places.size() > 1, facts), chain);
            if (!life.isEmpty()) {
                lives.add(life);
            }
            for (BaseFacts base : facts.bases(place)) {
                String id = base.place().snapshotId();
                bases.add(new Base(id, set, base.replayAfter(), base.usableFrom()));
            }
        }
        lives.sort(Comparator.comparing(Life::begin));
        List<Part> parts = new ArrayList<>();
        for (Life life : lives) {
            join(set, parts, life, facts);
            if (parts.size() > 0 && life != lives.get(0) && isBorn(life.chain())) {
                ClusterTime first = facts.firstEntry(life.place());
                String id = "birth of " + life.place().incarnation();
                bases.add(new Base(id, set, life.begin(), first));
            }
        }
        ClusterTime begin = lives.isEmpty() ? ClusterTime.ZERO : beginning(lives.get(0));
        return new ArchivedOplog(set, begin, parts, bases);
    }

    private static boolean isBorn(Chain chain) {
        return chain.unbrokenThrough().isAfter(ClusterTime.ZERO);
    }

    private static ClusterTime beginning(Life first) {
        return isBorn(first.chain()) ? ClusterTime.ZERO : first.begin();
    }

    private static ClusterTime begin(
            ArchivedReplicaSet place, Chain chain, boolean several, ArchiveFacts facts) {
        if (chain.links().isEmpty()) {
            return ClusterTime.ZERO;
        }
        boolean born = isBorn(chain);
        return born && several
                ? facts.firstEntry(place).previous()
                : chain.links().get(0).readAfter();
    }

    private static void join(ReplicaSet set, List<Part> parts, Life life, ArchiveFacts facts) {
        ClusterTime before = parts.isEmpty() ? life.begin() : parts.get(parts.size() - 1).through();
        if (!parts.isEmpty()) {
            ClusterTime cut = ClusterTime.min(before, life.begin().previous());
            cutAt(parts, cut);
            String reason = "another replicaSetId from then on";
            parts.add(new Part.Missing(new Gap(cut, life.begin(), reason), true));
        }
        add(parts, life, facts);
        if (before.isAfter(life.end())) {
            String reason = "a life of " + set + " that ends before an earlier one ends";
            parts.add(new Part.Missing(new Gap(life.end(), before, reason), false));
        }
    }

    private static void cutAt(List<Part> parts, ClusterTime end) {
        while (!parts.isEmpty() && start(parts.get(parts.size() - 1)).compareTo(end) >= 0) {
            parts.remove(parts.size() - 1);
        }
        if (parts.isEmpty() || !parts.get(parts.size() - 1).through().isAfter(end)) {
            return;
        }
        Part last = parts.remove(parts.size() - 1);
        if (last instanceof Part.Entries entries) {
            Chain.Link link = entries.link();
            Chain.Link cut = new Chain.Link(link.slice(), link.readAfter(), end, link.sizeBytes());
            parts.add(new Part.Entries(cut));
        } else {
            Part.Missing missing = (Part.Missing) last;
            Gap gap = new Gap(missing.gap().after(), end, missing.gap().reason());
            parts.add(new Part.Missing(gap, missing.anew()));
        }
    }

    private static ClusterTime start(Part part) {
        return part instanceof Part.Entries entries
                ? entries.link().readAfter()
                : ((Part.Missing) part).gap().after();
    }

    private static void add(List<Part> parts, Life life, ArchiveFacts facts) {
        List<Part> own = new ArrayList<>();
        life.chain().links().forEach(link -> own.add(new Part.Entries(link)));
        for (Chain.Hole hole : life.chain().holes()) {
            ClusterTime through = ClusterTime.min(hole.through(), life.end());
            boolean inside = hole.after().compareTo(life.begin()) >= 0;
            if (inside && hole.after().isBefore(through)) {
                own.add(new Part.Missing(gap(hole, through, facts), false));
            }
        }
        own.sort(Comparator.comparing(ArchivedOplog::start));
        parts.addAll(own);
    }

    private static Gap gap(Chain.Hole hole, ClusterTime through, ArchiveFacts facts) {
        Optional<String> reason = facts.reason(hole);
        String words = reason.orElse("slices are missing here, and no gap was recorded");
        return new Gap(hole.after(), through, words);
    }
}
