package io.tidemark.restore.property;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Gap;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.ReplicaSetRole;
import io.tidemark.schemas.model.Shard;
import io.tidemark.schemas.oplog.OplogEntry;
import io.tidemark.timeline.TimelineFold;
import io.tidemark.timeline.event.TopologyEvent;
import io.tidemark.timeline.pair.PairingLimits;
import io.tidemark.timeline.window.Policy;
import io.tidemark.timeline.window.RestoreWindows;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** The timeline of one archive, fed in an order of the seed's choice. */
final class FoldRun {
    private static final ReplicaSet CONFIG = new ReplicaSet("config");
    private final SeedArchive archive;
    private final Random random;

    /** What was called safe on the way, when less was known. */
    private final List<RestoreWindows> early = new ArrayList<>();

    private final Map<String, TopologyEvent> told = new LinkedHashMap<>();
    private final boolean rare;
    private TimelineFold fold;

    FoldRun(Life life, SeedArchive archive, long seed) {
        this.archive = archive;
        this.random = new Random(seed * 131 + 3);
        this.fold = TimelineFold.of(CONFIG, shardsBefore(life));
        this.rare = life.rare;
        listen();
        archive.oplogs().values().forEach(oplog -> fold.started(oplog.name(), oplog.after()));
        archive.bases().forEach(fold::base);
        archive.departed()
                .forEach(
                        set -> {
                            SeedArchive.Oplog oplog = archive.oplogs().get(set);
                            fold.ended(oplog.name(), oplog.lastCaptured());
                        });
        interleave();
        archive.oplogs().values().forEach(o -> fold.archived(o.name(), o.archivedThrough()));
    }

    RestoreWindows windows(Policy policy) {
        return fold.windows(policy);
    }

    /** Whether it was called safe at some moment before the last. */
    boolean wasCalledSafe(ClusterTime time) {
        return early.stream().anyMatch(windows -> windows.isSafe(time));
    }

    TimelineFold fold() {
        return fold;
    }

    /** Those that joined before the config servers' record begins. */
    private List<Shard> shardsBefore(Life life) {
        SeedArchive.Oplog config = archive.oplogs().get("config");
        List<Shard> shards = new ArrayList<>();
        life.cluster
                .oracle()
                .routing(config.after().toBson())
                .shards()
                .forEach(
                        (id, host) -> {
                            String set = host.substring(0, host.indexOf('/'));
                            shards.add(new Shard(id, new ReplicaSet(set)));
                        });
        return shards;
    }

    /** As capture tells them: at any time, of members to come and of those that have left too. */
    private void tellRole(SeedArchive.Oplog oplog) {
        if (oplog.role() instanceof ReplicaSetRole.ShardServer shard) {
            fold.role(oplog.name(), shard.id());
        }
    }

    private void interleave() {
        Map<String, Integer> next = new HashMap<>();
        List<SeedArchive.Oplog> left = new ArrayList<>(archive.oplogs().values());
        List<SeedArchive.Oplog> silent = new ArrayList<>(left);
        while (!left.isEmpty()) {
            SeedArchive.Oplog oplog = left.get(random.nextInt(left.size()));
            List<OplogEntry> own = oplog.captured();
            int from = next.getOrDefault(oplog.name().name(), 0);
            int to = Math.min(own.size(), from + 1 + random.nextInt(20));
            own.subList(Math.max(0, from - random.nextInt(3)), to).forEach(e -> give(oplog, e));
            next.put(oplog.name().name(), to);
            if (to == own.size()) {
                left.remove(oplog);
            }
            if (!silent.isEmpty() && random.nextInt(6) == 0) {
                tellRole(silent.remove(random.nextInt(silent.size())));
            }
            if (random.nextInt(8) == 0) {
                early.add(fold.windows(Policy.EXACT));
            }
            if (random.nextInt(40) == 0) {
                startAgain();
            }
        }
        silent.forEach(this::tellRole);
    }

    /** As after a restart, from what was stored of it. */
    private void startAgain() {
        fold =
                rare && random.nextBoolean()
                        ? TimelineFold.restore(
                                fold.snapshotWithoutEvents(), told.values(), PairingLimits.DEFAULT)
                        : TimelineFold.restore(fold.snapshot(), PairingLimits.DEFAULT);
        listen();
    }

    private void listen() {
        fold.onEvent(event -> told.put(event.id(), event));
    }

    private void missing(SeedArchive.Oplog oplog, Gap gap) {
        if (!oplog.isGap(gap)) {
            fold.incarnationChanged(oplog.name(), gap.after(), gap.through().next());
        } else {
            fold.gap(oplog.name(), gap);
        }
    }

    private void give(SeedArchive.Oplog oplog, OplogEntry entry) {
        oplog.gapBefore(entry).ifPresent(gap -> missing(oplog, gap));
        fold.accept(oplog.name(), entry);
        if (!entry.clusterTime().isAfter(oplog.archivedThrough()) && random.nextInt(4) == 0) {
            fold.archived(oplog.name(), entry.clusterTime());
        }
    }
}
