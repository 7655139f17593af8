package io.tidemark.restore.property;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.restore.DyingTarget;
import io.tidemark.restore.MemoryRestoreTarget;
import io.tidemark.restore.Restore;
import io.tidemark.restore.RestoreException;
import io.tidemark.restore.RestoreOptions;
import io.tidemark.restore.RestoreProgress;
import io.tidemark.restore.RestoreRequest;
import io.tidemark.restore.RestoreTarget;
import io.tidemark.restore.Safety;
import io.tidemark.restore.Standby;
import io.tidemark.restore.TestArchive;
import io.tidemark.restore.follow.FollowOptions;
import io.tidemark.restore.follow.FollowStatus;
import io.tidemark.restore.follow.FollowWatch;
import io.tidemark.restore.follow.OplogTail;
import io.tidemark.restore.report.RestoreReport;
import io.tidemark.restore.timeline.ClusterTimeline;
import io.tidemark.restore.timeline.TimelineLookup;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.oplog.OplogEntry;
import io.tidemark.storage.frames.FrameKeys;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.timeline.window.Policy;
import io.tidemark.timeline.window.RestoreWindows;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * Standbys of random clusters' lives: they follow while the archive grows, are stopped and killed
 * at random calls to their targets, started again, and promoted to a random safe time, killed there
 * too: the result is the true state at that time.
 *
 * <p>One seed alone: {@code -Dtidemark.seed=N}; more of them: {@code -Dtidemark.seeds=1000}.
 */
final class PromotedStandbyTest {
    private static final int TIMES = 3;

    private final Map<String, Integer> counts = new TreeMap<>();

    @Test
    void aStandbyThatIsStoppedAndKilledAnywhereIsPromotedToTheTruth() {
        List<String> failures = new ArrayList<>();
        Long one = Long.getLong("tidemark.seed");
        long first = Long.getLong("tidemark.firstSeed", 1);
        LongStream seeds =
                one != null
                        ? LongStream.of(one)
                        : LongStream.range(first, first + Long.getLong("tidemark.seeds", 20));
        seeds.forEach(seed -> failures.addAll(run(seed)));
        System.out.println("Standbys: " + counts);

        assertThat(failures).as("%s", String.join("\n", failures)).isEmpty();
        if (one == null) {
            assertThat(counts).containsKeys("promoted", "rounds", "killed", "stopped");
        }
    }

    private void count(String what) {
        counts.merge(what, 1, Integer::sum);
    }

    private List<String> run(long seed) {
        List<String> failures = new ArrayList<>();
        try (RandomLife lived = new RandomLife(seed)) {
            lived.live();
            try (SeedArchive archive = new SeedArchive(lived.life, seed, 1 + (int) (seed % 9))) {
                lived.finishAll();
                ClusterTimeline timeline =
                        new TimelineLookup(archive.bucket(), FrameKeys.NONE, TestArchive.CLUSTER)
                                .fromArchive(entries -> {});
                Random random = new Random(seed * 13 + 5);
                for (ClusterTime time : times(archive, timeline, random)) {
                    try {
                        One follow = new One(archive, timeline, time, random);
                        failures.addAll(follow.run(lived.life));
                    } catch (RuntimeException | AssertionError broken) {
                        StringWriter trace = new StringWriter();
                        broken.printStackTrace(new PrintWriter(trace));
                        failures.add("to " + time + ": " + trace);
                    }
                }
            }
        }
        return failures.stream().map(f -> "-Dtidemark.seed=" + seed + " " + f).toList();
    }

    private static List<ClusterTime> times(
            SeedArchive archive, ClusterTimeline timeline, Random random) {
        RestoreWindows windows = timeline.windows(Policy.EXACT);
        List<ClusterTime> safe =
                archive.oplogs().values().stream()
                        .flatMap(oplog -> oplog.archived().stream())
                        .map(OplogEntry::clusterTime)
                        .distinct()
                        .sorted()
                        .filter(windows::isSafe)
                        .toList();
        List<ClusterTime> times = new ArrayList<>();
        for (int i = 0; i < TIMES && !safe.isEmpty(); i++) {
            times.add(safe.get(safe.size() / 3 + random.nextInt((safe.size() * 2 + 2) / 3)));
        }
        return times;
    }

    /** One standby. */
    private final class One {
        private final SeedArchive archive;
        private final ClusterTimeline timeline;
        private final ClusterTime time;
        private final Random random;
        private final GrowingBucket bucket;
        private final Map<String, MemoryRestoreTarget> targets = new ConcurrentHashMap<>();
        private final Map<String, String> names = new HashMap<>();
        private final RestoreOptions options;
        private final FollowOptions follow;

        One(SeedArchive archive, ClusterTimeline timeline, ClusterTime time, Random random) {
            this.archive = archive;
            this.timeline = timeline;
            this.time = time;
            this.random = random;
            this.bucket = new GrowingBucket(archive.bucket());
            int batch = 1 + random.nextInt(20);
            this.options =
                    new RestoreOptions(batch, 20_000, 0, random.nextInt(2_000), 2, 1_000)
                            .withCheckpoints(
                                    new RestoreOptions.Frequency(
                                            1 + random.nextInt(60),
                                            Duration.ofMillis(random.nextInt(20))));
            Duration delay = Duration.ofSeconds(random.nextInt(3));
            this.follow = new FollowOptions(delay, 0, Duration.ZERO);
        }

        List<String> run(Life life) {
            try {
                Restore.prepare(request(archive.bucket()), timeline)
                        .plan()
                        .replicaSets()
                        .forEach(s -> names.put(s.replicaSet().name(), s.replicaSet().name()));
            } catch (RestoreException notThere) {
                return List.of();
            }
            try {
                boolean goesOn = begin();
                for (int i = 0; goesOn && i < 2 + random.nextInt(4); i++) {
                    goesOn = live(random.nextInt(3));
                }
            } catch (RestoreException.NotCovered killedBeforeItBegan) {
                count("too early");
            }
            if (targets.values().stream().noneMatch(t -> t.readMark().isPresent())) {
                count("never begun");
                return List.of();
            }
            return promote(life);
        }

        /** False if it can't begin before the time. */
        private boolean begin() {
            for (int tries = 0; tries < 4; tries++) {
                bucket.growTo(someTimeBefore(0.6));
                try {
                    if (live(2)) {
                        return true;
                    }
                } catch (RestoreException.NotCovered tooEarly) {
                    // Or the cluster had other members then.
                    count("too early");
                }
            }
            return false;
        }

        private ClusterTime someTimeBefore(double from) {
            List<ClusterTime> before =
                    archive.oplogs().values().stream()
                            .flatMap(oplog -> oplog.archived().stream())
                            .map(OplogEntry::clusterTime)
                            .filter(t -> !t.isAfter(time))
                            .sorted()
                            .toList();
            int first = (int) (from * before.size());
            return before.get(first + random.nextInt(before.size() - first));
        }

        /** One process. False if it can't go on, or not begin. */
        private boolean live(int pauses) {
            long calls = random.nextInt(3) == 0 ? Long.MAX_VALUE : 1 + random.nextInt(150);
            DyingTarget.Life process = new DyingTarget.Life(calls, random);
            Watch watch = new Watch(pauses);
            try {
                Standby.follow(
                        request(bucket),
                        follow,
                        OplogTail.NONE,
                        RestoreProgress.silent(),
                        watch,
                        connector(process));
                count("stopped");
                return true;
            } catch (DyingTarget.Killed dead) {
                count("killed");
                return true;
            } catch (RestoreException.NotCovered blocked) {
                boolean begun = targets.values().stream().anyMatch(t -> t.readMark().isPresent());
                if (!begun) {
                    throw blocked;
                }
                count("blocked");
                return false;
            } catch (RestoreException.TargetRefused refused) {
                boolean marked = targets.values().stream().anyMatch(t -> t.readMark().isPresent());
                if (!marked) {
                    throw new RestoreException.NotCovered(refused.getMessage());
                }
                // Killed while it marked its targets.
                count(
                        "refused: "
                                + refused.getMessage()
                                        .substring(
                                                0, Math.min(150, refused.getMessage().length())));
                return false;
            }
        }

        private final class Watch implements FollowWatch {
            private int left;
            private volatile boolean stopped;

            Watch(int pauses) {
                left = pauses;
            }

            @Override
            public boolean isStopped() {
                return stopped;
            }

            @Override
            public synchronized void reached(FollowStatus status) {
                count("rounds");
                // Sometimes between two rounds of many.
                stopped |= random.nextInt(60) == 0;
            }

            @Override
            public void pause(Duration atMost) {
                bucket.growTo(someTimeBefore(0.3));
                stopped |= left-- <= 0;
            }
        }

        private List<String> promote(Life life) {
            int killed = 0;
            while (true) {
                long calls = killed > 5 ? Long.MAX_VALUE : 1 + random.nextInt(250);
                DyingTarget.Life process = new DyingTarget.Life(calls, random);
                try {
                    RestoreRequest request = request(archive.bucket());
                    RestoreReport report =
                            Standby.promote(
                                    request,
                                    Standby.prepare(request, timeline, connector(process)),
                                    RestoreProgress.silent(),
                                    connector(process));
                    assertThat(report.verified()).isTrue();
                    assertThat(report.restoredTo()).isEqualTo(time.toString());
                    return compare(life);
                } catch (DyingTarget.Killed dead) {
                    killed++;
                    count("killed in promotion");
                    if (targets.values().stream().noneMatch(t -> t.readMark().isPresent())) {
                        // When the last mark had gone: it was done, as the comparison shows.
                        return compare(life);
                    }
                } catch (RestoreException.NotCovered | RestoreException.TargetRefused refused) {
                    boolean promoted = refused.getMessage().contains("is being promoted");
                    assertThat(promoted).as(refused.getMessage()).isFalse();
                    count("not promoted: " + refused.getMessage().substring(0, 22));
                    return List.of();
                }
            }
        }

        private List<String> compare(Life life) {
            count("promoted");
            List<String> differences =
                    new ArrayList<>(new Comparison(life, time.toBson(), targets).run());
            targets.forEach(
                    (name, target) -> {
                        if (target.readMark().isPresent()) {
                            differences.add("the mark is left in " + name);
                        }
                    });
            return differences.stream().map(d -> "to " + time + ": " + d).toList();
        }

        private RestoreTarget.Connector connector(DyingTarget.Life process) {
            return (name, o) ->
                    new DyingTarget(
                            targets.computeIfAbsent(name, n -> new MemoryRestoreTarget(n + ":1")),
                            process);
        }

        private RestoreRequest request(ObjectStore store) {
            return new RestoreRequest(
                    store,
                    FrameKeys.NONE,
                    TestArchive.CLUSTER,
                    time,
                    names,
                    options,
                    new Safety(Policy.EXACT, false));
        }
    }
}
