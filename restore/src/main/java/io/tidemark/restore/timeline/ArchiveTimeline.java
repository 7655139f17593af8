package io.tidemark.restore.timeline;

import io.tidemark.restore.plan.ArchiveFacts;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.ReplicaSetRole;
import io.tidemark.schemas.model.Shard;
import io.tidemark.storage.catalogue.ArchivedReplicaSet;
import io.tidemark.storage.slice.SliceReader;
import io.tidemark.timeline.TimelineFold;
import io.tidemark.timeline.tag.Role;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.LongConsumer;

/**
 * Computes the timeline from the archive alone. Reads every archived slice once, each replica set's
 * in order and several sets at a time, always going on with the set that is furthest behind: in
 * memory are two frames per thread, the facts of a slice per set, and what the fold itself keeps.
 */
final class ArchiveTimeline {
    private final ArchiveFacts facts;
    private final SliceReader reader;
    private final LongConsumer progress;
    private final Map<ReplicaSet, List<ArchivedReplicaSet>> lives = new TreeMap<>();
    private final List<SliceDamage> damages = new ArrayList<>();

    /**
     * @param progress told how many entries were read
     */
    ArchiveTimeline(ArchiveFacts facts, SliceReader reader, LongConsumer progress) {
        this.facts = facts;
        this.reader = reader;
        this.progress = progress;
        for (ArchivedReplicaSet life : facts.lives()) {
            lives.computeIfAbsent(life.replicaSet(), s -> new ArrayList<>()).add(life);
        }
    }

    /**
     * @param shardsInBases those that each base of the config servers names, the earliest base
     *     first; an empty list of one that doesn't tell
     */
    ClusterTimeline read(List<List<Shard>> shardsInBases) {
        Optional<ReplicaSet> config = configServers();
        List<OplogTagging> oplogs = new ArrayList<>();
        lives.forEach(
                (set, places) -> {
                    Role role = config.filter(set::equals).isPresent() ? Role.CONFIG : Role.SHARD;
                    ArchivedOplog oplog = ArchivedOplog.of(set, places, facts);
                    oplogs.add(new OplogTagging(oplog, reader, role));
                });
        TimelineFold fold = begin(config, shardsInBases, oplogs);
        fold(oplogs, fold);
        return ClusterTimeline.of(fold, damages);
    }

    private Optional<ReplicaSet> configServers() {
        return lives.entrySet().stream()
                .filter(set -> set.getValue().stream().anyMatch(this::isConfigServer))
                .map(Map.Entry::getKey)
                .findFirst();
    }

    private boolean isConfigServer(ArchivedReplicaSet life) {
        return facts.role(life).filter(ReplicaSetRole.ConfigServer.class::isInstance).isPresent();
    }

    private TimelineFold begin(
            Optional<ReplicaSet> config, List<List<Shard>> told, List<OplogTagging> oplogs) {
        TimelineFold fold =
                config.map(set -> begin(set, told))
                        .orElseGet(() -> TimelineFold.alone(oplogs.get(0).oplog().set()));
        for (OplogTagging tagging : oplogs) {
            ArchivedOplog oplog = tagging.oplog();
            if (!oplog.parts().isEmpty()) {
                fold.started(oplog.set(), oplog.begin());
            }
            oplog.bases().forEach(fold::base);
        }
        return fold;
    }

    /** Who joined in a hole of the config servers' oplog, later bases tell, and the shards. */
    private TimelineFold begin(ReplicaSet config, List<List<Shard>> inBases) {
        TimelineFold fold =
                shardsBefore(config, inBases)
                        .map(shards -> TimelineFold.of(config, shards))
                        .orElseGet(() -> TimelineFold.guessing(config, archivedShards()));
        inBases.stream()
                .flatMap(List::stream)
                .forEach(shard -> fold.role(shard.replicaSet(), shard.id()));
        for (ArchivedReplicaSet life : facts.lives()) {
            facts.role(life)
                    .filter(ReplicaSetRole.ShardServer.class::isInstance)
                    .ifPresent(role -> fold.role(life.replicaSet(), shardId(life)));
        }
        return fold;
    }

    /** The members from the first; empty if the archive doesn't tell. */
    private Optional<List<Shard>> shardsBefore(ReplicaSet config, List<List<Shard>> inBases) {
        ArchivedOplog oplog = ArchivedOplog.of(config, lives.get(config), facts);
        if (!oplog.parts().isEmpty() && oplog.begin().equals(ClusterTime.ZERO)) {
            return Optional.of(List.of());
        }
        return inBases.stream().findFirst().filter(shards -> !shards.isEmpty());
    }

    /**
     * Those that no entry on config.shards will name: they joined before the config servers' record
     * begins, or in a hole of it. The latter only the bases behind the hole know.
     *
     * @return empty if the archive doesn't tell
     */
    Optional<List<Shard>> toldShards(List<List<Shard>> inBases) {
        Optional<ArchivedOplog> oplog =
                configServers()
                        .map(set -> ArchivedOplog.of(set, lives.get(set), facts))
                        .filter(o -> !o.parts().isEmpty());
        boolean fromBirth = oplog.filter(o -> o.begin().equals(ClusterTime.ZERO)).isPresent();
        boolean holed =
                oplog.stream()
                        .flatMap(o -> o.parts().stream())
                        .anyMatch(Part.Missing.class::isInstance);
        List<List<Shard>> asked = holed ? inBases : fromBirth ? List.of() : first(inBases);
        boolean untold = asked.isEmpty() ? !fromBirth : asked.stream().anyMatch(List::isEmpty);
        return untold
                ? Optional.empty()
                : Optional.of(asked.stream().flatMap(List::stream).distinct().toList());
    }

    private static List<List<Shard>> first(List<List<Shard>> inBases) {
        return inBases.stream().limit(1).toList();
    }

    /** Every archived replica set but the config servers': none is left out unseen. */
    private List<Shard> archivedShards() {
        Map<ReplicaSet, Shard> shards = new TreeMap<>();
        lives.forEach(
                (set, places) -> {
                    for (ArchivedReplicaSet life : places) {
                        shards.put(set, new Shard(shardId(life), set));
                    }
                });
        return List.copyOf(shards.values());
    }

    private String shardId(ArchivedReplicaSet life) {
        return facts.role(life)
                .filter(ReplicaSetRole.ShardServer.class::isInstance)
                .map(role -> ((ReplicaSetRole.ShardServer) role).id())
                .orElse(life.replicaSet().name());
    }

    /** An oplog, how far it was told, and its next part, which is being read. */
    private record Ahead(OplogTagging oplog, ClusterTime told, CompletableFuture<Told> next) {}

    private void fold(List<OplogTagging> oplogs, TimelineFold fold) {
        int threads = Math.min(oplogs.size(), Runtime.getRuntime().availableProcessors());
        ExecutorService pool = Executors.newFixedThreadPool(threads, ArchiveTimeline::thread);
        try {
            PriorityQueue<Ahead> ahead = new PriorityQueue<>(Comparator.comparing(Ahead::told));
            oplogs.forEach(oplog -> readOn(oplog, ClusterTime.ZERO, pool, ahead));
            Map<ReplicaSet, ClusterTime> ends = new TreeMap<>();
            long entries = 0;
            while (!ahead.isEmpty()) {
                Ahead behind = ahead.poll();
                Told told = join(behind.next());
                readOn(behind.oplog(), told.through(), pool, ahead);
                told.tell(behind.oplog().oplog().set(), fold);
                ends.put(behind.oplog().oplog().set(), told.through());
                told.damage().ifPresent(damages::add);
                entries += told.entries();
                progress.accept(entries);
            }
            // Of a shard that left nothing more will ever be archived.
            ends.forEach(fold::ended);
            fold.leaving().stream()
                    .filter(set -> !lives.containsKey(set))
                    .forEach(set -> fold.ended(set, ClusterTime.ZERO));
        } finally {
            pool.shutdownNow();
        }
    }

    private static void readOn(
            OplogTagging oplog,
            ClusterTime told,
            ExecutorService pool,
            PriorityQueue<Ahead> ahead) {
        if (oplog.hasNext()) {
            ahead.add(new Ahead(oplog, told, CompletableFuture.supplyAsync(oplog::next, pool)));
        }
    }

    private static Told join(CompletableFuture<Told> next) {
        try {
            return next.join();
        } catch (CompletionException failed) {
            if (failed.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw failed;
        }
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "archive-timeline");
        thread.setDaemon(true);
        return thread;
    }
}
