package io.tidemark.restore.property;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.restore.DyingTarget;
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
import io.tidemark.restore.target.MemoryRestoreTarget;
import io.tidemark.restore.timeline.ClusterTimeline;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.oplog.OplogEntry;
import io.tidemark.storage.frames.FrameKeys;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.timeline.window.Policy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

/**
 * Standbys of random clusters' lives: they follow while the archive grows, are stopped and killed
 * at random calls to their targets, started again, and promoted to a random safe time, killed there
 * too: the result is the true state at that time. Where a shard joins or leaves meanwhile, the next
 * start names the targets that there are at that time.
 */
final class PromotedStandbyTest {
    private final Map<String, Integer> counts = new TreeMap<>();

    @Test
    void aStandbyThatIsStoppedAndKilledAnywhereIsPromotedToTheTruth() {
        ArchivedLives lives =
                new ArchivedLives(
                                20,
                                3,
                                seed -> seed * 13 + 5,
                                (number, safe, random) ->
                                        safe.get(
                                                safe.size() / 3
                                                        + random.nextInt(
                                                                (safe.size() * 2 + 2) / 3)))
                        .inSlicesOf(9);

        List<String> failures = lives.failures((lived, time) -> new One(lived, time).run());

        System.out.println("Standbys: " + counts);
        assertThat(failures).as("%s", String.join("\n", failures)).isEmpty();
        if (!ArchivedLives.isOne()) {
            assertThat(counts)
                    .containsKeys("promoted", "rounds", "killed", "stopped", "other members");
        }
    }

    private void count(String what) {
        counts.merge(what, 1, Integer::sum);
    }

    /** One standby. */
    private final class One {
        private final Life life;
        private final SeedArchive archive;
        private final ClusterTimeline timeline;
        private final ClusterTime time;
        private final Random random;
        private final GrowingBucket bucket;
        private final Map<String, MemoryRestoreTarget> targets = new ConcurrentHashMap<>();
        private final Map<String, String> names = new HashMap<>();
        private final RestoreOptions options;
        private final FollowOptions follow;
        private Set<String> begunWith = Set.of();

        One(ArchivedLives.Lived lived, ClusterTime time) {
            this.life = lived.life();
            this.archive = lived.archive();
            this.timeline = lived.timeline();
            this.time = time;
            this.random = lived.random();
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

        List<String> run() {
            Set<String> wanted;
            try {
                wanted = members(time);
            } catch (RestoreException notThere) {
                return List.of();
            }
            try {
                boolean goesOn = begin();
                for (int i = 0; goesOn && i < 2 + random.nextInt(4); i++) {
                    goesOn = live(random.nextInt(3));
                    if (!goesOn && !wanted.equals(names.keySet())) {
                        count("other members");
                        follow(wanted);
                        goesOn = live(2);
                    }
                }
            } catch (RestoreException.NotCovered killedBeforeItBegan) {
                count("too early");
            }
            if (targets.values().stream().noneMatch(t -> t.readMark().isPresent())) {
                count("never begun");
                return List.of();
            }
            follow(wanted);
            return promote();
        }

        private void follow(Set<String> sets) {
            names.clear();
            sets.forEach(name -> names.put(name, name));
        }

        /** Whose targets are named for a standby that stands at this time. */
        private Set<String> members(ClusterTime at) {
            Set<String> members = new TreeSet<>();
            Restore.prepare(request(archive.bucket(), at), timeline)
                    .plan()
                    .replicaSets()
                    .forEach(s -> members.add(s.replicaSet().name()));
            return members;
        }

        /** False if it can't begin before the time. */
        private boolean begin() {
            for (int tries = 0; tries < 4; tries++) {
                ClusterTime until = someTimeBefore(0.2 + 0.2 * tries);
                bucket.growTo(until);
                try {
                    follow(members(timeline.windows(Policy.EXACT).before(until).orElse(until)));
                    if (live(2)) {
                        return true;
                    }
                } catch (RestoreException tooEarly) {
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
            if (marked().isEmpty()) {
                begunWith = Set.copyOf(names.keySet());
            }
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
                for (String name : begunWith) {
                    assertThat(refused.getMessage())
                            .as("killed while it marked its targets, it goes on")
                            .doesNotStartWith("The target of " + name + " holds no part");
                }
                count(
                        "refused: "
                                + refused.getMessage()
                                        .substring(
                                                0, Math.min(150, refused.getMessage().length())));
                return false;
            }
        }

        private Set<String> marked() {
            Set<String> marked = new TreeSet<>(targets.keySet());
            marked.removeIf(name -> targets.get(name).readMark().isEmpty());
            return marked;
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

        private List<String> promote() {
            int killed = 0;
            while (true) {
                long calls = killed > 3 ? Long.MAX_VALUE : 1 + random.nextInt(250);
                DyingTarget.Life process = new DyingTarget.Life(calls, random);
                if (killed == 4) {
                    process.dyingAtUnmark(2);
                }
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
                    return compare();
                } catch (DyingTarget.Killed dead) {
                    killed++;
                    count("killed in promotion");
                    if (isDone()) {
                        count("killed while unmarking");
                    }
                    if (targets.values().stream().noneMatch(t -> t.readMark().isPresent())) {
                        // When the last mark had gone: it was done, as the comparison shows.
                        return compare();
                    }
                } catch (RestoreException.NotCovered | RestoreException.TargetRefused refused) {
                    boolean promoted = refused.getMessage().contains("is being promoted");
                    assertThat(promoted || isDone()).as(refused.getMessage()).isFalse();
                    count("not promoted: " + refused.getMessage().substring(0, 22));
                    return List.of();
                }
            }
        }

        /** Nothing was left but to remove marks. */
        private boolean isDone() {
            boolean done =
                    targets.values().stream()
                            .flatMap(target -> target.readMark().stream())
                            .anyMatch(mark -> mark.has("report"));
            if (done) {
                count("done before");
            }
            return done;
        }

        private List<String> compare() {
            count("promoted");
            List<String> differences =
                    new ArrayList<>(new Comparison(life, time.toBson(), targets).run());
            Map<String, MemoryRestoreTarget> promoted = new TreeMap<>(targets);
            // What a shard left that left the cluster is nobody's.
            promoted.keySet().retainAll(names.keySet());
            differences.addAll(ArchivedLives.leftovers(promoted));
            return differences;
        }

        private RestoreTarget.Connector connector(DyingTarget.Life process) {
            return (name, o) ->
                    new DyingTarget(
                            targets.computeIfAbsent(name, n -> new MemoryRestoreTarget(n + ":1")),
                            process);
        }

        private RestoreRequest request(ObjectStore store) {
            return request(store, time);
        }

        private RestoreRequest request(ObjectStore store, ClusterTime to) {
            return new RestoreRequest(
                    store,
                    FrameKeys.NONE,
                    TestArchive.CLUSTER,
                    to,
                    names,
                    options,
                    new Safety(Policy.EXACT, false));
        }
    }
}
