package io.tidemark.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tidemark.capture.tail.TailState;
import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import io.tidemark.schemas.avro.OplogRecord;
import io.tidemark.schemas.avro.RecordKind;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Gap;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.oplog.OplogRecords;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.bson.BsonTimestamp;
import org.bson.RawBsonDocument;
import org.bson.types.ObjectId;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What elections, rollbacks, roll-overs and new histories of a replica set lead to. */
class ReplicaSetHistoryTest {
    private static final ReplicaSet RS0 = new ReplicaSet("rs0");

    /** A busy machine may be slow: only what never comes fails. */
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    @TempDir static Path directory;
    private static Platform platform;

    @BeforeAll
    static void start() {
        platform = new Platform(directory);
    }

    @AfterAll
    static void stop() {
        platform.close();
    }

    private static CaptureAgent started(Map<String, String> settings) {
        CaptureAgent agent = platform.agent("a", settings);
        agent.start();
        return agent;
    }

    private static List<Gap> gaps(String cluster) {
        return platform.records(cluster, "rs0").stream()
                .flatMap(r -> OplogRecords.gap(r).stream())
                .toList();
    }

    @Test
    void aRolledBackEntryNeverReachesTheTopicOverElections() throws Exception {
        long seed = Long.getLong("tidemark.seed", 20_261_120L);
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        try (SimulatedReplicaSet set = SimulatedReplicaSet.builder("rs0").members(3).start();
                CaptureAgent agent = started(platform.settings("elections", set.uri()))) {
            List<BsonTimestamp> undone = new ArrayList<>();
            for (int round = 0; round < 6; round++) {
                Platform.insert(set, round * 1000, 1 + random.nextInt(200));
                platform.awaitSame("elections", set);
                int primary = set.primaryMember().orElseThrow().index();
                int next = (primary + 1 + random.nextInt(2)) % 3;
                set.members().stream()
                        .filter(m -> m.index() != primary)
                        .forEach(m -> m.pauseReplication());
                BsonTimestamp before = set.primary().lastApplied();
                Platform.insert(set, round * 1000 + 500, 1 + random.nextInt(50));
                Platform.times(set.oplog()).stream()
                        .filter(t -> t.compareTo(before) > 0)
                        .forEach(undone::add);
                Thread.sleep(random.nextInt(400));
                set.elect(set.member(next));
                set.members().stream().filter(m -> !m.isPrimary()).forEach(m -> resume(m));
            }
            Platform.insert(set, 90_000, 10);
            platform.awaitSame("elections", set);
            assertThat(undone).isNotEmpty();
            assertThat(Platform.times(platform.entries("elections", "rs0")))
                    .doesNotContainAnyElementsOf(undone);
            assertThat(gaps("elections")).isEmpty();
        }
    }

    private static void resume(io.tidemark.embedded.mongo.SimulatedMember member) {
        member.resumeReplication();
    }

    @Test
    void anotherMemberIsReadWhereOneWasSyncedAnew() {
        try (SimulatedReplicaSet set = SimulatedReplicaSet.builder("rs0").members(3).start()) {
            Map<String, String> settings = platform.settings("resync", set.uri());
            Platform.insert(set, 0, 200);
            try (CaptureAgent agent = started(settings)) {
                platform.awaitSame("resync", set);
            }
            Platform.insert(set, 1000, 200);
            set.member(1).resync();
            Platform.insert(set, 2000, 200);
            try (CaptureAgent agent = started(settings)) {
                platform.awaitSame("resync", set);
            }
            assertThat(gaps("resync")).isEmpty();
        }
    }

    @Test
    void aRollOverOfAllMembersIsRecordedAsAGapAndCaptureGoesOn() {
        try (SimulatedReplicaSet set = SimulatedReplicaSet.builder("rs0").members(3).start()) {
            Map<String, String> settings = platform.settings("rollover", set.uri());
            Platform.insert(set, 0, 200);
            try (CaptureAgent agent = started(settings)) {
                platform.awaitSame("rollover", set);
            }
            List<RawBsonDocument> before = platform.entries("rollover", "rs0");
            Platform.insert(set, 1000, 200);
            BsonTimestamp oldest = set.oplog().get(set.oplog().size() - 50).getTimestamp("ts");
            set.truncateOplogBefore(oldest);
            try (CaptureAgent agent = started(settings)) {
                await().atMost(PATIENCE).until(() -> !gaps("rollover").isEmpty());
                Platform.insert(set, 2000, 20);
                await().atMost(PATIENCE)
                        .until(
                                () ->
                                        platform.entries("rollover", "rs0").size()
                                                >= before.size() + set.oplog().size());
                List<RawBsonDocument> captured = platform.entries("rollover", "rs0");
                List<RawBsonDocument> expected = new ArrayList<>(before);
                // A noop may have been written meanwhile.
                expected.addAll(set.oplog().subList(0, captured.size() - before.size()));
                Platform.assertSame(captured, expected);
                assertThat(agent.progress().get(RS0).gaps()).isEqualTo(1);
            }
            Gap gap = gaps("rollover").get(0);
            assertThat(gap.after())
                    .isEqualTo(ClusterTime.of(before.get(before.size() - 1).getTimestamp("ts")));
            assertThat(gap.through()).isEqualTo(ClusterTime.of(oldest).previous());
        }
    }

    @Test
    void aRollOverUnderARunningCursorLosesNothingThatOthersStillHold() {
        try (SimulatedReplicaSet set = SimulatedReplicaSet.builder("rs0").members(3).start();
                CaptureAgent agent = started(platform.settings("running", set.uri()))) {
            Platform.insert(set, 0, 2000);
            platform.awaitSame("running", set);
            set.member(1).resync();
            set.member(2).resync();
            Platform.insert(set, 5000, 500);
            platform.awaitSame("running", set);
            assertThat(gaps("running")).isEmpty();
        }
    }

    @Test
    void aSetCreatedAnewIsAnotherIncarnation() {
        Map<String, String> settings;
        List<RawBsonDocument> expected;
        String firstId;
        try (SimulatedReplicaSet set = SimulatedReplicaSet.builder("rs0").start()) {
            settings = platform.settings("anew", set.uri());
            firstId = set.replicaSetId().toHexString();
            Platform.insert(set, 0, 100);
            try (CaptureAgent agent = started(settings)) {
                platform.awaitSame("anew", set);
            }
            expected = new ArrayList<>(platform.entries("anew", "rs0"));
        }
        try (SimulatedReplicaSet set = SimulatedReplicaSet.builder("rs0").start()) {
            settings.put("source.uri", set.uri());
            Platform.insert(set, 0, 50);
            try (CaptureAgent agent = started(settings)) {
                await().atMost(PATIENCE)
                        .until(
                                () ->
                                        platform.entries("anew", "rs0").size()
                                                >= expected.size() + set.oplog().size());
            }
            int first = expected.size();
            List<RawBsonDocument> captured = platform.entries("anew", "rs0");
            Platform.assertSame(
                    captured.subList(first, captured.size()),
                    set.oplog().subList(0, captured.size() - first));
            List<OplogRecord> starts =
                    platform.records("anew", "rs0").stream()
                            .filter(r -> r.getKind() == RecordKind.START)
                            .toList();
            assertThat(starts)
                    .extracting(OplogRecord::getIncarnation)
                    .containsExactly(firstId, set.replicaSetId().toHexString());
            assertThat(gaps("anew")).isEmpty();
        }
    }

    @Test
    void anotherHistoryUnderTheSameIdentityStopsCapture() {
        ObjectId id = new ObjectId();
        Map<String, String> settings;
        int captured;
        try (SimulatedReplicaSet set =
                SimulatedReplicaSet.builder("rs0").replicaSetId(id).start()) {
            settings = platform.settings("diverged", set.uri());
            Platform.insert(set, 0, 100);
            try (CaptureAgent agent = started(settings)) {
                platform.awaitSame("diverged", set);
            }
            captured = platform.entries("diverged", "rs0").size();
        }
        Instant earlier = Instant.now().minusSeconds(1000);
        SettableClock clock = new SettableClock(earlier);
        try (SimulatedReplicaSet set =
                SimulatedReplicaSet.builder("rs0").replicaSetId(id).clock(clock).start()) {
            Platform.insert(set, 0, 10);
            clock.now = Instant.now().plusSeconds(10);
            Platform.insert(set, 100, 10);
            settings.put("source.uri", set.uri());
            try (CaptureAgent agent = started(settings)) {
                await().atMost(PATIENCE)
                        .until(
                                () ->
                                        agent.progress().containsKey(RS0)
                                                && agent.progress().get(RS0).state()
                                                        instanceof TailState.Diverged);
                assertThat(agent.progress().get(RS0).error())
                        .hasValueSatisfying(
                                e -> assertThat(e).contains("rs0", "two histories", "rename"));
                assertThat(agent.ended()).isNotDone();
            }
        }
        assertThat(platform.entries("diverged", "rs0")).hasSize(captured);
    }

    private static final class SettableClock extends Clock {
        private volatile Instant now;

        SettableClock(Instant now) {
            this.now = now;
        }

        @Override
        public java.time.ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(java.time.ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    }
}
