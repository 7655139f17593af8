package io.tidemark.capture.tail;

import static io.tidemark.capture.Entries.at;
import static io.tidemark.capture.Entries.initiating;
import static io.tidemark.capture.Entries.inserts;
import static io.tidemark.capture.Entries.noop;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.capture.publish.InMemoryOplogTopic;
import io.tidemark.schemas.avro.OplogRecord;
import io.tidemark.schemas.avro.RecordKind;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Gap;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.model.Optime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.ReplicaSetRole;
import io.tidemark.schemas.oplog.OplogEntry;
import io.tidemark.schemas.oplog.OplogRecords;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The tailer's steps, without threads, sockets or sleep. */
class OplogTailerTest {
    private static final Incarnation FIRST_LIFE = new Incarnation("65f000000000000000000001");
    private static final Incarnation SECOND_LIFE = new Incarnation("65f000000000000000000002");
    private static final TailSettings SETTINGS =
            new TailSettings(
                    50,
                    1 << 20,
                    Duration.ofMillis(100),
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(60),
                    Duration.ofSeconds(10),
                    Duration.ofMillis(100),
                    Duration.ofSeconds(10));

    private final InMemoryReplicaSet set = new InMemoryReplicaSet(FIRST_LIFE, "a:1", "b:1", "c:1");
    private final InMemoryOplogTopic.Log log = new InMemoryOplogTopic.Log();
    private long nanos;
    private Duration paused = Duration.ZERO;
    private final TailClock clock =
            new TailClock() {
                @Override
                public long nanoTime() {
                    return nanos;
                }

                @Override
                public void sleep(Duration time) {
                    paused = paused.plus(time);
                    nanos += time.toNanos();
                }
            };

    private OplogTailer tailer() {
        return new OplogTailer(
                new ReplicaSet("rs0"),
                ReplicaSetRole.shard("shard0"),
                set.source(),
                new InMemoryOplogTopic(log),
                SETTINGS,
                clock,
                ReadAhead.NONE);
    }

    private OplogTailer stepped(OplogTailer tailer, int steps) {
        for (int i = 0; i < steps; i++) {
            tailer.step();
            nanos += Duration.ofMillis(60).toNanos();
        }
        return tailer;
    }

    private List<Optime> published() {
        return log.records().stream()
                .filter(r -> r.getEntry() != null)
                .map(OplogRecords::optime)
                .toList();
    }

    private List<RecordKind> facts() {
        return log.records().stream()
                .map(OplogRecord::getKind)
                .filter(k -> k == RecordKind.START || k == RecordKind.GAP)
                .toList();
    }

    private static List<Optime> optimes(List<OplogEntry> entries) {
        return entries.stream().map(OplogEntry::optime).toList();
    }

    @Test
    void beginsAtTheBirthOfTheSetIfItsOplogReachesBackToIt() {
        set.appendEverywhere(List.of(initiating(at(5, 1, -1)), noop(at(6, 1, 1), "new primary")));
        OplogTailer tailer = stepped(tailer(), 6);

        assertThat(log.records().get(0).getKind()).isEqualTo(RecordKind.START);
        assertThat(OplogRecords.optime(log.records().get(0))).isEqualTo(Optime.NONE);
        assertThat(OplogRecords.role(log.records().get(0)))
                .contains(ReplicaSetRole.shard("shard0"));
        assertThat(published()).containsExactly(at(5, 1, -1), at(6, 1, 1));
        assertThat(tailer.progress().state()).isInstanceOf(TailState.Tailing.class);
        assertThat(tailer.progress().capturedUntil()).contains(at(6, 1, 1));
    }

    @Test
    void beginsJustBeforeTheOldestEntryOfTheMemberThatReachesBackFurthest() {
        List<OplogEntry> entries = inserts(at(10, 1, 3), 20);
        set.member("a:1").append(entries.subList(10, 20));
        set.member("b:1").append(entries);
        set.member("c:1").append(entries.subList(5, 20));
        stepped(tailer(), 6);

        assertThat(OplogRecords.optime(log.records().get(0))).isEqualTo(at(10, 0, 3));
        assertThat(published()).isEqualTo(optimes(entries));
        assertThat(facts()).containsExactly(RecordKind.START);
    }

    @Test
    void resumesBehindTheLastCommittedEntryAndRepeatsNothing() {
        List<OplogEntry> entries = inserts(at(10, 1, 1), 230);
        set.appendEverywhere(entries.subList(0, 120));
        stepped(tailer(), 4); // dies with entries under way
        set.appendEverywhere(entries.subList(120, 230));
        stepped(tailer(), 8);

        assertThat(published()).isEqualTo(optimes(entries));
    }

    @Test
    void readsOnlyWhatAMajorityHolds() {
        List<OplogEntry> entries = inserts(at(10, 1, 1), 5);
        set.appendEverywhere(entries);
        OplogTailer tailer = stepped(tailer(), 5);
        set.member("a:1").write(inserts(at(11, 1, 1), 3));
        stepped(tailer, 3);
        assertThat(published()).isEqualTo(optimes(entries));

        set.member("a:1").rollBack();
        List<OplogEntry> after = inserts(at(12, 1, 2), 3);
        set.appendEverywhere(after);
        stepped(tailer, 4);
        assertThat(published()).hasSize(8).endsWith(at(12, 3, 2)).doesNotContain(at(11, 1, 1));
    }

    @Test
    void goesOnWithAnotherMemberWhereOneHasRolledOver() {
        List<OplogEntry> entries = inserts(at(10, 1, 1), 40);
        set.appendEverywhere(entries.subList(0, 10));
        stepped(tailer(), 6);
        set.appendEverywhere(entries.subList(10, 40));
        set.member("a:1").dropOldest(20);
        stepped(tailer(), 6);

        assertThat(published()).isEqualTo(optimes(entries));
        assertThat(facts()).containsExactly(RecordKind.START);
    }

    @Test
    void recordsAGapWhereNoMemberHoldsWhatComesNext() {
        set.appendEverywhere(inserts(at(10, 1, 1), 10));
        stepped(tailer(), 6);
        set.appendEverywhere(inserts(at(20, 1, 1), 30));
        set.member("a:1").dropOldest(25);
        set.member("b:1").dropOldest(15);
        set.member("c:1").dropOldest(30);
        OplogTailer tailer = stepped(tailer(), 8);

        Gap gap =
                log.records().stream()
                        .flatMap(r -> OplogRecords.gap(r).stream())
                        .findFirst()
                        .orElseThrow();
        assertThat(gap.after()).isEqualTo(new ClusterTime(10, 10));
        assertThat(gap.through()).isEqualTo(new ClusterTime(20, 5));
        assertThat(gap.reason()).contains("10:10", "20:6", "new base snapshot");
        assertThat(published()).hasSize(35).endsWith(at(20, 30, 1));
        assertThat(tailer.progress().gaps()).isEqualTo(1);
        assertThat(tailer.progress().state()).isInstanceOf(TailState.Tailing.class);
    }

    @Test
    void noGapLiesBetweenAdjoiningClusterTimes() {
        List<OplogEntry> entries = inserts(at(10, 1, 1), 20);
        set.appendEverywhere(entries.subList(0, 10));
        stepped(tailer(), 6);
        set.appendEverywhere(entries.subList(10, 20));
        List.of("a:1", "b:1", "c:1").forEach(m -> set.member(m).dropOldest(10));
        stepped(tailer(), 6);

        assertThat(facts()).containsExactly(RecordKind.START);
        assertThat(published()).isEqualTo(optimes(entries));
    }

    @Test
    void anotherGapIsRecordedIfTheOplogRollsOverWhileOneIs() {
        set.appendEverywhere(inserts(at(10, 1, 1), 10));
        stepped(tailer(), 6);
        set.appendEverywhere(inserts(at(20, 1, 1), 30));
        List.of("a:1", "b:1", "c:1").forEach(m -> set.member(m).dropOldest(15));
        OplogTailer tailer = tailer();
        while (!facts().contains(RecordKind.GAP)) {
            tailer.step();
        }
        List.of("a:1", "b:1", "c:1").forEach(m -> set.member(m).dropOldest(5));
        stepped(tailer, 8);

        List<Gap> gaps = log.records().stream().flatMap(r -> OplogRecords.gap(r).stream()).toList();
        assertThat(gaps).hasSize(2);
        assertThat(gaps.get(1).after()).isEqualTo(gaps.get(0).through());
        assertThat(published()).hasSize(30).contains(at(20, 11, 1)).endsWith(at(20, 30, 1));
    }

    @Test
    void waitsForAMemberThatIsAwayBeforeItRecordsAGap() {
        List<OplogEntry> entries = inserts(at(10, 1, 1), 40);
        set.appendEverywhere(entries.subList(0, 10));
        stepped(tailer(), 6);
        set.appendEverywhere(entries.subList(10, 40));
        set.member("a:1").dropOldest(20);
        set.member("b:1").dropOldest(20);
        set.member("c:1").reachable(false);
        OplogTailer tailer = stepped(tailer(), 5);
        assertThat(facts()).containsExactly(RecordKind.START);

        set.member("c:1").reachable(true);
        stepped(tailer, 6);
        assertThat(published()).isEqualTo(optimes(entries));
        assertThat(facts()).containsExactly(RecordKind.START);
    }

    @Test
    void doesNotWaitForAnAbsentMemberForever() {
        set.appendEverywhere(inserts(at(10, 1, 1), 10));
        stepped(tailer(), 6);
        set.appendEverywhere(inserts(at(20, 1, 1), 30));
        set.member("a:1").dropOldest(20);
        set.member("b:1").dropOldest(20);
        set.member("c:1").reachable(false);
        stepped(tailer(), 40);

        assertThat(paused).isGreaterThan(SETTINGS.gapPatience());
        assertThat(facts()).containsExactly(RecordKind.START, RecordKind.GAP);
    }

    @Test
    void stopsWhereTheSameTimeHasAnotherTerm() {
        set.appendEverywhere(inserts(at(10, 1, 1), 10));
        stepped(tailer(), 6);
        List<OplogEntry> other = inserts(at(10, 1, 2), 20);
        List.of("a:1", "b:1", "c:1").forEach(m -> set.member(m).become(other));
        OplogTailer tailer = stepped(tailer(), 4);

        assertThat(tailer.progress().state())
                .isInstanceOfSatisfying(
                        TailState.Diverged.class,
                        d ->
                                assertThat(d.why())
                                        .hasMessageContaining("10:10 (term 2)")
                                        .hasMessageContaining("10:10 (term 1)")
                                        .hasMessageContaining("new base snapshot"));
        assertThat(tailer.step()).isFalse();
        assertThat(published()).hasSize(10);
    }

    @Test
    void stopsWhereTheCapturedEntryIsMissingAmongOlderOnes() {
        List<OplogEntry> entries = inserts(at(10, 1, 1), 10);
        set.appendEverywhere(entries);
        stepped(tailer(), 6);
        List<OplogEntry> other = new java.util.ArrayList<>(entries.subList(0, 6));
        other.addAll(inserts(at(11, 1, 2), 5));
        List.of("a:1", "b:1", "c:1").forEach(m -> set.member(m).become(other));
        OplogTailer tailer = stepped(tailer(), 4);

        assertThat(tailer.progress().state()).isInstanceOf(TailState.Diverged.class);
        assertThat(published()).hasSize(10);
    }

    @Test
    void goesOnIfOneMemberStillHasTheCapturedHistory() {
        List<OplogEntry> entries = inserts(at(10, 1, 1), 10);
        set.appendEverywhere(entries);
        stepped(tailer(), 6);
        set.member("a:1").become(inserts(at(10, 1, 2), 20));
        set.member("b:1").append(inserts(at(11, 1, 1), 2));
        stepped(tailer(), 6);
        assertThat(published()).hasSize(12);
    }

    @Test
    void aSetCreatedAnewBeginsAnotherIncarnation() {
        set.appendEverywhere(inserts(at(10, 1, 5), 10));
        OplogTailer tailer = stepped(tailer(), 6);
        set.incarnation(SECOND_LIFE);
        List<OplogEntry> second = List.of(initiating(at(12, 1, -1)), noop(at(12, 2, 1), "x"));
        List.of("a:1", "b:1", "c:1").forEach(m -> set.member(m).become(second));
        stepped(tailer, 8);

        List<OplogRecord> records = log.records();
        assertThat(records).hasSize(11 + 3);
        assertThat(records.get(11).getKind()).isEqualTo(RecordKind.START);
        assertThat(records.subList(11, 14))
                .allMatch(r -> r.getIncarnation().equals(SECOND_LIFE.id()));
        assertThat(published()).endsWith(at(12, 1, -1), at(12, 2, 1));
    }

    @Test
    void waitsForALaggingMember() {
        List<OplogEntry> entries = inserts(at(10, 1, 1), 20);
        set.appendEverywhere(entries.subList(0, 10));
        stepped(tailer(), 6);
        InMemoryReplicaSet lagging = new InMemoryReplicaSet(FIRST_LIFE, "a:1");
        lagging.appendEverywhere(entries.subList(0, 5));
        OplogTailer tailer =
                new OplogTailer(
                        new ReplicaSet("rs0"),
                        ReplicaSetRole.shard("shard0"),
                        lagging.source(),
                        new InMemoryOplogTopic(log),
                        SETTINGS,
                        clock,
                        ReadAhead.NONE);
        stepped(tailer, 30);
        assertThat(tailer.progress().state()).isInstanceOf(TailState.Resuming.class);
        assertThat(published()).hasSize(10);

        lagging.appendEverywhere(entries.subList(5, 20));
        stepped(tailer, 6);
        assertThat(published()).isEqualTo(optimes(entries));
    }

    @Test
    void aLostAnswerToACommitNeitherLosesNorRepeats() {
        List<OplogEntry> entries = inserts(at(10, 1, 1), 60);
        set.appendEverywhere(entries.subList(0, 10));
        OplogTailer tailer = stepped(tailer(), 6);
        set.appendEverywhere(entries.subList(10, 20));
        log.failCommits(1, true);
        stepped(tailer, 8);
        set.appendEverywhere(entries.subList(20, 60));
        log.failCommits(2, false);
        stepped(tailer, 16);

        assertThat(published()).isEqualTo(optimes(entries));
        assertThat(tailer.progress().error()).isEmpty();
    }

    @Test
    void aBrokenCursorIsOpenedAgainWhereItWas() {
        List<OplogEntry> entries = inserts(at(10, 1, 1), 60);
        set.appendEverywhere(entries.subList(0, 30));
        OplogTailer tailer = stepped(tailer(), 3);
        set.member("a:1").breakCursors();
        stepped(tailer, 3);
        set.appendEverywhere(entries.subList(30, 60));
        set.member("a:1").breakCursors();
        stepped(tailer, 6);
        assertThat(published()).isEqualTo(optimes(entries));
    }

    @Test
    void anOwnerThatLostTheTopicEndsWithoutHarm() {
        List<OplogEntry> entries = inserts(at(10, 1, 1), 60);
        set.appendEverywhere(entries.subList(0, 30));
        OplogTailer former = stepped(tailer(), 5);
        set.appendEverywhere(entries.subList(30, 60));
        OplogTailer next = stepped(tailer(), 5);
        stepped(former, 4);

        assertThat(former.progress().state()).isInstanceOf(TailState.Fenced.class);
        assertThat(next.progress().state()).isInstanceOf(TailState.Tailing.class);
        assertThat(published()).isEqualTo(optimes(entries));
    }

    @Test
    void aStopInOrderCommitsWhatWasRead() {
        List<OplogEntry> entries = inserts(at(10, 1, 1), 30);
        set.appendEverywhere(entries);
        OplogTailer tailer = tailer();
        for (int i = 0; i < 4; i++) {
            tailer.step(); // no time passes: nothing is due yet
        }
        assertThat(published()).isEmpty();
        tailer.stop("asked to");
        assertThat(tailer.step()).isFalse();

        assertThat(tailer.progress().state()).isEqualTo(new TailState.Stopped("asked to", false));
        assertThat(published()).isEqualTo(optimes(entries));
    }

    @Test
    void aShardThatLeftTheClusterIsReadToItsEnd() {
        List<OplogEntry> entries = inserts(at(10, 1, 1), 250);
        set.appendEverywhere(entries);
        OplogTailer tailer = stepped(tailer(), 3);
        tailer.retire();
        stepped(tailer, 12);

        assertThat(published()).isEqualTo(optimes(entries));
        assertThat(tailer.progress().state()).isInstanceOf(TailState.Stopped.class);
    }

    @Test
    void aRefusalIsTriedAgainAndToldInTheMeantime() {
        set.appendEverywhere(inserts(at(10, 1, 1), 5));
        set.refuses(true);
        OplogTailer tailer = stepped(tailer(), 6);
        assertThat(tailer.progress().error()).contains("not allowed");

        set.refuses(false);
        stepped(tailer, 6);
        assertThat(published()).hasSize(5);
        assertThat(tailer.progress().error()).isEmpty();
    }
}
