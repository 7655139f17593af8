package io.tidemark.storage.retention;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.storage.catalogue.ArchivedReplicaSet;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Decides which bases stay and from where on oplogs do; pure.
 *
 * <p>Oplogs of <em>all</em> replica sets stay from the earliest start of any kept base on, not each
 * from its own: the outcome of a transaction that one of them prepared may stand in the oplog of
 * any other. A standby goes back to them too, and to transactions that were open where it stands.
 *
 * @param bases that stay, each with the reason
 * @param births lives that are restored from their first entry on: all of their oplog stays
 * @param after entries after this time stay
 */
record Retention(
        Map<StoredBase, String> bases, Map<ArchivedReplicaSet, String> births, ClusterTime after) {

    /**
     * A base, or a birth.
     *
     * @param reach up to where it serves
     * @param lenient the same if slices that are missing without a reason were brought back
     * @param pending it will serve as soon as the archive has come to its end
     */
    private record Start(
            Optional<StoredBase> base,
            ArchivedReplicaSet life,
            ClusterTime usableFrom,
            ClusterTime needsAfter,
            ClusterTime reach,
            ClusterTime lenient,
            boolean pending) {
        boolean isUsable() {
            return !reach.isBefore(usableFrom);
        }

        boolean begins(ClusterTime time) {
            return !usableFrom.isAfter(time);
        }
    }

    static Retention decide(RetentionRule rule, Instant now, RetentionFacts facts) {
        Map<ReplicaSet, List<Start>> starts = starts(facts);
        Map<StoredBase, String> bases = new LinkedHashMap<>();
        Map<ArchivedReplicaSet, String> births = new TreeMap<>();
        List<ClusterTime> needed = new ArrayList<>();
        starts.values()
                .forEach(
                        own ->
                                new Choice(own, facts)
                                        .keep(rule, rule.since(now))
                                        .forEach(
                                                (start, why) -> {
                                                    needed.add(start.needsAfter());
                                                    start.base()
                                                            .ifPresentOrElse(
                                                                    b -> bases.put(b, why),
                                                                    () ->
                                                                            births.put(
                                                                                    start.life(),
                                                                                    why));
                                                }));
        facts.standbys().forEach(standby -> needed.add(standby.needsAfter()));
        ClusterTime after = needed.stream().min(Comparator.naturalOrder()).orElse(ClusterTime.ZERO);
        return new Retention(bases, births, after);
    }

    Retention keeping(List<StoredBase> traces) {
        Map<StoredBase, String> all = new LinkedHashMap<>(bases);
        traces.forEach(base -> all.putIfAbsent(base, "tells that there was an earlier life"));
        return new Retention(all, births, after);
    }

    Retention from(ClusterTime earlier) {
        return new Retention(bases, births, ClusterTime.min(after, earlier));
    }

    /** The newest first, births last: the order in which restores choose. */
    private static Map<ReplicaSet, List<Start>> starts(RetentionFacts facts) {
        Map<ReplicaSet, List<Start>> starts = new TreeMap<>();
        for (StoredBase base : facts.bases()) {
            StoredLife life = facts.lives().get(base.life());
            starts.computeIfAbsent(base.place().replicaSet(), s -> new ArrayList<>())
                    .add(
                            new Start(
                                    Optional.of(base),
                                    base.life(),
                                    base.usableFrom(),
                                    needsAfter(base, life),
                                    life.reach(base.replayAfter(), false),
                                    life.reach(base.replayAfter(), true),
                                    life.willReach(base.replayAfter(), base.usableFrom())));
        }
        starts.values().forEach(own -> own.sort(newestFirst()));
        for (StoredLife life : facts.lives().values()) {
            life.born()
                    .ifPresent(
                            first ->
                                    starts.computeIfAbsent(
                                                    life.life().replicaSet(),
                                                    s -> new ArrayList<>())
                                            .add(
                                                    new Start(
                                                            Optional.empty(),
                                                            life.life(),
                                                            first,
                                                            before(first),
                                                            life.reach(ClusterTime.ZERO, false),
                                                            life.reach(ClusterTime.ZERO, true),
                                                            false)));
        }
        return starts;
    }

    /** From the beginning of time on means from the first entry on. */
    private static ClusterTime needsAfter(StoredBase base, StoredLife life) {
        return base.replayAfter().equals(ClusterTime.ZERO)
                ? before(life.born().orElse(ClusterTime.ZERO))
                : base.replayAfter();
    }

    private static Comparator<Start> newestFirst() {
        return Comparator.comparing(Start::usableFrom, Comparator.reverseOrder());
    }

    private static ClusterTime before(ClusterTime time) {
        return time.equals(ClusterTime.ZERO) ? time : time.previous();
    }

    /** What stays of one replica set. */
    private record Choice(List<Start> starts, RetentionFacts facts) {

        Map<Start, String> keep(RetentionRule rule, Optional<ClusterTime> since) {
            Map<Start, String> kept = new LinkedHashMap<>();
            for (Start start : starts) {
                start.base()
                        .flatMap(base -> facts.hold(base.place().snapshotId()))
                        .ifPresent(why -> kept.putIfAbsent(start, why));
            }
            if (rule.imports()) {
                starts.stream()
                        .filter(s -> s.base().filter(StoredBase::imported).isPresent())
                        .forEach(
                                s ->
                                        kept.putIfAbsent(
                                                s, "imported; only a rule that is set removes it"));
            }
            // A base just taken is ahead of the archive.
            starts.stream()
                    .filter(Start::pending)
                    .forEach(s -> kept.putIfAbsent(s, "not archived up to its end yet"));
            rule.bases().ifPresent(count -> newest(count, kept));
            since.ifPresent(time -> since(time, rule.days().getAsInt(), kept));
            newestUsable(kept);
            return kept;
        }

        private void newest(int count, Map<Start, String> kept) {
            starts.stream()
                    .filter(s -> s.base().isPresent() && s.isUsable())
                    .limit(count)
                    .forEach(s -> kept.putIfAbsent(s, "one of the " + count + " newest"));
        }

        private void since(ClusterTime time, int days, Map<Start, String> kept) {
            starts.stream()
                    .filter(s -> s.base().isPresent() && !s.begins(time))
                    .forEach(s -> kept.putIfAbsent(s, "of the last " + days + " days"));
            String why = "the last " + days + " days begin behind it";
            serving(time, Start::reach).forEach(s -> kept.putIfAbsent(s, why));
            serving(time, Start::lenient).forEach(s -> kept.putIfAbsent(s, why));
        }

        /** What a restore to that time would begin with; several if they begin at one time. */
        private List<Start> serving(
                ClusterTime time, java.util.function.Function<Start, ClusterTime> reach) {
            List<Start> all =
                    starts.stream()
                            .filter(s -> s.begins(time) && !reach.apply(s).isBefore(time))
                            .toList();
            return all.stream()
                    .filter(
                            s ->
                                    s.usableFrom().equals(all.get(0).usableFrom())
                                            && s.base().isPresent()
                                                    == all.get(0).base().isPresent())
                    .toList();
        }

        /**
         * Whatever the rules say: a replica set never loses the last that it can be restored from.
         */
        private void newestUsable(Map<Start, String> kept) {
            if (kept.keySet().stream().anyMatch(Start::isUsable)) {
                return;
            }
            Optional<Start> newest = starts.stream().filter(Start::isUsable).findFirst();
            newest.ifPresentOrElse(
                    s -> kept.putIfAbsent(s, "the newest that can be restored"),
                    () -> starts.forEach(s -> kept.putIfAbsent(s, "nothing else is there")));
        }
    }
}
