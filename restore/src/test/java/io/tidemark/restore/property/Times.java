package io.tidemark.restore.property;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.RestoreWindow;
import io.tidemark.schemas.oplog.OplogEntry;
import io.tidemark.timeline.window.RestoreWindows;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;

/** Times worth asking about: every entry's, the ends of everything, and some between. */
final class Times {
    private final Random random;
    private final TreeSet<ClusterTime> edges = new TreeSet<>();
    private final TreeSet<ClusterTime> entries = new TreeSet<>();

    Times(Life life, SeedArchive archive, RestoreWindows exact, long seed) {
        random = new Random(seed * 17 + 11);
        for (SeedArchive.Oplog oplog : archive.oplogs().values()) {
            oplog.all().forEach(entry -> entry(entry));
            oplog.gaps().forEach(gap -> around(gap.after(), gap.through()));
            around(oplog.archivedThrough(), oplog.archivedThrough());
        }
        archive.bases().forEach(base -> around(base.usableFrom(), base.usableFrom()));
        life.cluster
                .oracle()
                .events()
                .forEach(
                        event -> {
                            around(ClusterTime.of(event.from()), ClusterTime.of(event.from()));
                            if (event.through() != null) {
                                ClusterTime through = ClusterTime.of(event.through());
                                around(through, through);
                            }
                        });
        for (RestoreWindow window : exact.windows()) {
            around(window.earliest(), window.latest());
        }
    }

    private void entry(OplogEntry entry) {
        entries.add(entry.clusterTime());
        boolean edge =
                switch (entry.shape()) {
                    case PREPARE, COMMIT, ABORT, TRANSACTION_END, DDL -> true;
                    default -> entry.ns().startsWith("config.");
                };
        if (edge) {
            around(entry.clusterTime(), entry.clusterTime());
        }
    }

    private void around(ClusterTime from, ClusterTime to) {
        for (ClusterTime time : List.of(from, to)) {
            if (time.isAfter(ClusterTime.ZERO)) {
                edges.add(time.previous());
                edges.add(time);
                if (time.isBefore(ClusterTime.MAX)) {
                    edges.add(time.next());
                }
            }
        }
    }

    /** Every time known here. */
    Collection<ClusterTime> all() {
        TreeSet<ClusterTime> all = new TreeSet<>(edges);
        all.addAll(entries);
        return all;
    }

    /** Some of both, mostly edges. */
    List<ClusterTime> some(int count) {
        List<ClusterTime> ofEdges = new ArrayList<>(edges);
        List<ClusterTime> ofEntries = new ArrayList<>(entries);
        List<ClusterTime> chosen = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            List<ClusterTime> from = random.nextInt(3) > 0 ? ofEdges : ofEntries;
            chosen.add(from.get(random.nextInt(from.size())));
        }
        chosen.add(between());
        return chosen;
    }

    private ClusterTime between() {
        long first = entries.first().seconds();
        long last = entries.last().seconds() + 2;
        long second = first + (long) (random.nextDouble() * (last - first));
        return new ClusterTime(second, random.nextInt(6));
    }
}
