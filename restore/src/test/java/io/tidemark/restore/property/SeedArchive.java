package io.tidemark.restore.property;

import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import io.tidemark.restore.BsonFiles;
import io.tidemark.restore.FuzzyBases;
import io.tidemark.restore.TestArchive;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Gap;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.ReplicaSetRole;
import io.tidemark.schemas.oplog.OplogEntry;
import io.tidemark.storage.base.BaseManifest;
import io.tidemark.storage.catalogue.Catalogue;
import io.tidemark.storage.frames.FrameOptions;
import io.tidemark.storage.object.InMemoryObjectStore;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.storage.slice.GapObject;
import io.tidemark.storage.slice.SealedSlice;
import io.tidemark.storage.slice.SliceStart;
import io.tidemark.storage.slice.SliceWriter;
import io.tidemark.timeline.window.Base;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The archive of one life, by the storage's own writers: slices, and by the seed's chance bases,
 * gaps, a late beginning, and a replica set whose last entries are captured but not archived yet.
 */
final class SeedArchive implements AutoCloseable {
    private static final String LOST = "the oplog rolled over";

    /** What of one replica set's oplog is where. */
    record Oplog(
            ReplicaSet name,
            ReplicaSetRole role,
            SimulatedReplicaSet set,
            List<OplogEntry> all,
            List<OplogEntry> captured,
            ClusterTime after,
            List<Gap> gaps,
            boolean anew,
            ClusterTime archivedThrough) {
        /** In which life of the replica set an entry was written: the last gap parts two. */
        Incarnation life(ClusterTime at) {
            boolean second = anew && at.isAfter(gaps.get(gaps.size() - 1).after());
            return new Incarnation((second ? "b" : "a").repeat(24));
        }

        ClusterTime lastCaptured() {
            return captured.get(captured.size() - 1).clusterTime();
        }

        /** Whether it is a gap in one life, not the end of it. */
        boolean isGap(Gap gap) {
            return !anew || !gap.equals(gaps.get(gaps.size() - 1));
        }

        /** The gap that an entry is the first one behind. */
        Optional<Gap> gapBefore(OplogEntry entry) {
            return gaps.stream()
                    .filter(gap -> entry.clusterTime().equals(gap.through().next()))
                    .findFirst();
        }

        /** As this one, with this many entries captured only, and all of them archived. */
        Oplog endingBehind(int kept) {
            List<OplogEntry> few = List.copyOf(captured.subList(0, kept));
            ClusterTime last = few.get(kept - 1).clusterTime();
            return new Oplog(name, role, set, all, few, after, gaps, anew, last);
        }

        /** As this one, with the archive ending at the last entry captured up to then. */
        Oplog archivedUpTo(ClusterTime end) {
            ClusterTime last =
                    captured.stream()
                            .map(OplogEntry::clusterTime)
                            .filter(at -> !at.isAfter(end))
                            .reduce(ClusterTime::max)
                            .orElse(captured.get(0).clusterTime());
            ClusterTime through = ClusterTime.min(archivedThrough, last);
            return new Oplog(name, role, set, all, captured, after, gaps, anew, through);
        }

        List<OplogEntry> archived() {
            return captured.stream()
                    .filter(entry -> !entry.clusterTime().isAfter(archivedThrough))
                    .toList();
        }
    }

    private final Random random;
    private final ObjectStore bucket = new InMemoryObjectStore();
    private final Map<String, Oplog> oplogs = new TreeMap<>();
    private final List<Base> bases = new ArrayList<>();
    private final List<String> departed = new ArrayList<>();
    private final boolean endsBeforeOutcome;
    private final int mostEntries;

    SeedArchive(Life life, long seed) {
        this(life, seed, 120);
    }

    /**
     * @param mostEntries in a slice
     */
    SeedArchive(Life life, long seed, int mostEntries) {
        this.mostEntries = mostEntries;
        random = new Random(seed * 31 + 7);
        boolean late = random.nextInt(100) < 20;
        String gapped = random.nextInt(100) < 25 ? anySet(life) : "";
        String behind = random.nextInt(100) < 35 ? anySet(life) : "";
        Set<String> moreGaps = life.rare ? moreGaps(life) : Set.of();
        Map<String, ClusterTime> ends = ends(life, seed);
        endsBeforeOutcome = !ends.isEmpty();
        double begin = 0.1 + random.nextDouble() / 2;
        for (SimulatedReplicaSet set : life.cluster.replicaSets().values()) {
            List<OplogEntry> all =
                    set.oplog().stream().map(e -> OplogEntry.of(BsonFiles.raw(e))).toList();
            // Rarely each set's record begins at a time of its own.
            double own = life.rare && late ? 0.1 + random.nextDouble() / 2 : begin;
            int from = late ? (int) (own * all.size()) : 0;
            oplogs.put(
                    set.name(),
                    oplog(
                                    life,
                                    set,
                                    all,
                                    from,
                                    set.name().equals(gapped) || moreGaps.contains(set.name()),
                                    set.name().equals(behind))
                            .archivedUpTo(ends.getOrDefault(set.name(), ClusterTime.MAX)));
        }
        life.cluster.shards().forEach((id, set) -> endEarly(life, id, set.name()));
        oplogs.values().forEach(this::slices);
        boolean based = late || random.nextInt(100) < 40;
        if (based) {
            oplogs.values().forEach(oplog -> bases(oplog, late));
        }
    }

    /** The record of a shard that left may end before the entry that removes it. */
    private void endEarly(Life life, String id, String set) {
        Oplog whole = oplogs.get(set);
        boolean left = !life.cluster.routing().shards().containsKey(id);
        if (left && whole.gaps().isEmpty() && random.nextInt(100) < 60) {
            int kept = 1 + random.nextInt(whole.captured().size());
            oplogs.put(set, whole.endingBehind(kept));
            departed.add(set);
        }
    }

    /** Those whose record has ended, with their shard or before. */
    List<String> departed() {
        return departed;
    }

    /** In every third life nothing is archived any more once some transaction is decided. */
    private static Map<String, ClusterTime> ends(Life life, long seed) {
        Random chance = new Random(seed * 43 + 19);
        return chance.nextInt(100) < 35
                ? new BeforeOutcome(life).cut(chance).orElse(Map.of())
                : Map.of();
    }

    private String anySet(Life life) {
        List<String> names = new ArrayList<>(life.cluster.replicaSets().keySet());
        return names.get(random.nextInt(names.size()));
    }

    private Set<String> moreGaps(Life life) {
        boolean many = random.nextInt(100) < 30;
        return life.cluster.replicaSets().keySet().stream()
                .filter(set -> many && random.nextInt(100) < 40)
                .collect(Collectors.toSet());
    }

    private Oplog oplog(
            Life life,
            SimulatedReplicaSet set,
            List<OplogEntry> all,
            int from,
            boolean gapped,
            boolean behind) {
        List<OplogEntry> captured = new ArrayList<>(all.subList(from, all.size()));
        ClusterTime after = from == 0 ? ClusterTime.ZERO : all.get(from - 1).clusterTime();
        List<Gap> gaps = new ArrayList<>();
        if (gapped) {
            lose(captured).ifPresent(gaps::add);
        }
        if (gapped && life.rare && random.nextInt(100) < 40) {
            Optional<Gap> second = lose(captured);
            second.ifPresent(wide -> gaps.removeIf(gap -> covers(wide, gap)));
            second.ifPresent(gaps::add);
        }
        gaps.sort(Comparator.comparing(Gap::after));
        boolean anew = !gaps.isEmpty() && random.nextInt(100) < 40;
        int kept =
                behind
                        ? captured.size() - 1 - random.nextInt(Math.max(1, captured.size() / 3))
                        : captured.size() - 1;
        return new Oplog(
                new ReplicaSet(set.name()),
                roleOf(life, set),
                set,
                all,
                captured,
                after,
                gaps,
                anew,
                captured.get(kept).clusterTime());
    }

    private static boolean covers(Gap wide, Gap gap) {
        return !gap.after().isBefore(wide.after()) && !gap.through().isAfter(wide.through());
    }

    /** Takes a run of entries away. */
    private Optional<Gap> lose(List<OplogEntry> captured) {
        if (captured.size() <= 6) {
            return Optional.empty();
        }
        int first = 1 + random.nextInt(captured.size() - 3);
        int end = Math.min(captured.size() - 1, first + 1 + random.nextInt(12));
        ClusterTime lastKnown = captured.get(first - 1).clusterTime();
        ClusterTime through = captured.get(end).clusterTime().previous();
        captured.subList(first, end).clear();
        return Optional.of(new Gap(lastKnown, through, LOST));
    }

    private static ReplicaSetRole roleOf(Life life, SimulatedReplicaSet set) {
        return life.cluster.shards().entrySet().stream()
                .filter(shard -> shard.getValue() == set)
                .map(shard -> ReplicaSetRole.shard(shard.getKey()))
                .findFirst()
                .orElse(ReplicaSetRole.CONFIG_SERVER);
    }

    private void slices(Oplog oplog) {
        SliceStart start = start(oplog, oplog.after());
        SliceWriter writer = new SliceWriter(start, FrameOptions.defaults());
        int left = 1 + random.nextInt(mostEntries);
        for (OplogEntry entry : oplog.archived()) {
            Optional<Gap> gap = oplog.gapBefore(entry);
            if (gap.isPresent()) {
                put(writer);
                if (oplog.isGap(gap.get())) {
                    gap(oplog, gap.get());
                }
                writer =
                        new SliceWriter(start(oplog, gap.get().through()), FrameOptions.defaults());
            } else if (left == 0) {
                writer = new SliceWriter(put(writer), FrameOptions.defaults());
                left = 1 + random.nextInt(mostEntries);
            }
            writer.add(entry);
            left--;
        }
        put(writer);
    }

    private void gap(Oplog oplog, Gap gap) {
        Incarnation life = oplog.life(gap.after());
        new GapObject(TestArchive.CLUSTER, life, oplog.name(), gap, Optional.empty()).putTo(bucket);
    }

    private static SliceStart start(Oplog oplog, ClusterTime after) {
        return new SliceStart(
                TestArchive.CLUSTER,
                oplog.life(after.next()),
                oplog.name(),
                Optional.of(oplog.role()),
                after,
                List.of());
    }

    private SliceStart put(SliceWriter writer) {
        try (writer;
                SealedSlice slice = writer.seal()) {
            slice.putTo(bucket);
            return SliceStart.behind(slice.header());
        }
    }

    private void bases(Oplog oplog, boolean needed) {
        int count = needed ? 1 + random.nextInt(2) : random.nextInt(3);
        int last = (int) oplog.all().stream().filter(e -> archives(oplog, e)).count() - 1;
        int first = oplog.all().size() - oplog.captured().size();
        for (int i = 0; i < count; i++) {
            int from = Math.min(last, first + random.nextInt(Math.max(1, (last - first) * 2 / 3)));
            int through = Math.min(last, from + random.nextInt(30));
            Incarnation life = oplog.life(oplog.all().get(from).clusterTime());
            if (!life.equals(oplog.life(oplog.all().get(through).clusterTime()))) {
                // No scan goes on from one life of a replica set to the next.
                continue;
            }
            FuzzyBases base = new FuzzyBases(random, oplog.set(), oplog.all(), from, through);
            base.write(bucket, life, "base" + i, oplog.role(), random.nextBoolean());
        }
    }

    private static boolean archives(Oplog oplog, OplogEntry entry) {
        return !entry.clusterTime().isAfter(oplog.archivedThrough());
    }

    ObjectStore bucket() {
        return bucket;
    }

    /** Some transaction is prepared in it, and its outcome is not. */
    boolean endsBeforeOutcome() {
        return endsBeforeOutcome;
    }

    /** By replica set name. */
    Map<String, Oplog> oplogs() {
        return oplogs;
    }

    /** As the catalogue of the bucket has them. */
    List<Base> bases() {
        if (bases.isEmpty()) {
            new Catalogue(bucket, TestArchive.CLUSTER)
                    .bases()
                    .forEach(
                            place -> {
                                BaseManifest manifest = BaseManifest.read(bucket, place);
                                bases.add(
                                        new Base(
                                                place.snapshotId(),
                                                place.replicaSet(),
                                                manifest.replayAfter(),
                                                manifest.usableFrom()));
                            });
        }
        return bases;
    }

    @Override
    public void close() {
        bucket.close();
    }
}
