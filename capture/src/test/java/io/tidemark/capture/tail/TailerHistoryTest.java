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
import io.tidemark.schemas.oplog.OplogEntry;
import io.tidemark.schemas.oplog.OplogRecords;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What roll-overs, other histories and new lives of a replica set lead to, step by step. */
class TailerHistoryTest {
    private static final Incarnation SECOND_LIFE = new Incarnation("65f000000000000000000002");
    private final SteppedTailers tailers = new SteppedTailers();
    private final InMemoryReplicaSet set = tailers.set;
    private final InMemoryOplogTopic.Log log = tailers.log;

    @Test
    void goesOnWithAnotherMemberWhereOneHasRolledOver() {
        List<OplogEntry> entries = inserts(at(10, 1, 1), 40);
        set.appendEverywhere(entries.subList(0, 10));
        tailers.stepped(tailers.tailer(), 6);
        set.appendEverywhere(entries.subList(10, 40));
        set.member("a:1").dropOldest(20);
        tailers.stepped(tailers.tailer(), 6);

        assertThat(tailers.published()).isEqualTo(SteppedTailers.optimes(entries));
        assertThat(tailers.facts()).containsExactly(RecordKind.START);
    }

    @Test
    void recordsAGapWhereNoMemberHoldsWhatComesNext() {
        set.appendEverywhere(inserts(at(10, 1, 1), 10));
        tailers.stepped(tailers.tailer(), 6);
        set.appendEverywhere(inserts(at(20, 1, 1), 30));
        set.member("a:1").dropOldest(25);
        set.member("b:1").dropOldest(15);
        set.member("c:1").dropOldest(30);
        OplogTailer tailer = tailers.stepped(tailers.tailer(), 8);

        Gap gap =
                log.records().stream()
                        .flatMap(r -> OplogRecords.gap(r).stream())
                        .findFirst()
                        .orElseThrow();
        assertThat(gap.after()).isEqualTo(new ClusterTime(10, 10));
        assertThat(gap.through()).isEqualTo(new ClusterTime(20, 5));
        assertThat(gap.reason()).contains("10:10", "20:6", "new base snapshot");
        assertThat(tailers.published()).hasSize(35).endsWith(at(20, 30, 1));
        assertThat(tailer.progress().gaps()).isEqualTo(1);
        assertThat(tailer.progress().state()).isInstanceOf(TailState.Tailing.class);
    }

    @Test
    void noGapLiesBetweenAdjoiningClusterTimes() {
        List<OplogEntry> entries = inserts(at(10, 1, 1), 20);
        set.appendEverywhere(entries.subList(0, 10));
        tailers.stepped(tailers.tailer(), 6);
        set.appendEverywhere(entries.subList(10, 20));
        List.of("a:1", "b:1", "c:1").forEach(m -> set.member(m).dropOldest(10));
        tailers.stepped(tailers.tailer(), 6);

        assertThat(tailers.facts()).containsExactly(RecordKind.START);
        assertThat(tailers.published()).isEqualTo(SteppedTailers.optimes(entries));
    }

    @Test
    void anotherGapIsRecordedIfTheOplogRollsOverWhileOneIs() {
        set.appendEverywhere(inserts(at(10, 1, 1), 10));
        tailers.stepped(tailers.tailer(), 6);
        set.appendEverywhere(inserts(at(20, 1, 1), 30));
        List.of("a:1", "b:1", "c:1").forEach(m -> set.member(m).dropOldest(15));
        OplogTailer tailer = tailers.tailer();
        while (!tailers.facts().contains(RecordKind.GAP)) {
            tailer.step();
        }
        List.of("a:1", "b:1", "c:1").forEach(m -> set.member(m).dropOldest(5));
        tailers.stepped(tailer, 8);

        List<Gap> gaps = log.records().stream().flatMap(r -> OplogRecords.gap(r).stream()).toList();
        assertThat(gaps).hasSize(2);
        assertThat(gaps.get(1).after()).isEqualTo(gaps.get(0).through());
        assertThat(tailers.published()).hasSize(30).contains(at(20, 11, 1)).endsWith(at(20, 30, 1));
    }

    @Test
    void waitsForAMemberThatIsAwayBeforeItRecordsAGap() {
        List<OplogEntry> entries = inserts(at(10, 1, 1), 40);
        set.appendEverywhere(entries.subList(0, 10));
        tailers.stepped(tailers.tailer(), 6);
        set.appendEverywhere(entries.subList(10, 40));
        set.member("a:1").dropOldest(20);
        set.member("b:1").dropOldest(20);
        set.member("c:1").reachable(false);
        OplogTailer tailer = tailers.stepped(tailers.tailer(), 5);
        assertThat(tailers.facts()).containsExactly(RecordKind.START);

        set.member("c:1").reachable(true);
        tailers.stepped(tailer, 6);
        assertThat(tailers.published()).isEqualTo(SteppedTailers.optimes(entries));
        assertThat(tailers.facts()).containsExactly(RecordKind.START);
    }

    @Test
    void doesNotWaitForAnAbsentMemberForever() {
        set.appendEverywhere(inserts(at(10, 1, 1), 10));
        tailers.stepped(tailers.tailer(), 6);
        set.appendEverywhere(inserts(at(20, 1, 1), 30));
        set.member("a:1").dropOldest(20);
        set.member("b:1").dropOldest(20);
        set.member("c:1").reachable(false);
        tailers.stepped(tailers.tailer(), 40);

        assertThat(tailers.paused).isGreaterThan(SteppedTailers.SETTINGS.gapPatience());
        assertThat(tailers.facts()).containsExactly(RecordKind.START, RecordKind.GAP);
    }

    @Test
    void stopsWhereTheSameTimeHasAnotherTerm() {
        set.appendEverywhere(inserts(at(10, 1, 1), 10));
        tailers.stepped(tailers.tailer(), 6);
        List<OplogEntry> other = inserts(at(10, 1, 2), 20);
        List.of("a:1", "b:1", "c:1").forEach(m -> set.member(m).become(other));
        OplogTailer tailer = tailers.stepped(tailers.tailer(), 4);

        assertThat(tailer.progress().state())
                .isInstanceOfSatisfying(
                        TailState.Diverged.class,
                        d ->
                                assertThat(d.why())
                                        .hasMessageContaining("10:10 (term 2)")
                                        .hasMessageContaining("10:10 (term 1)")
                                        .hasMessageContaining("new base snapshot"));
        assertThat(tailer.step()).isFalse();
        assertThat(tailers.published()).hasSize(10);
    }

    @Test
    void stopsWhereTheCapturedEntryIsMissingAmongOlderOnes() {
        List<OplogEntry> entries = inserts(at(10, 1, 1), 10);
        set.appendEverywhere(entries);
        tailers.stepped(tailers.tailer(), 6);
        List<OplogEntry> other = new java.util.ArrayList<>(entries.subList(0, 6));
        other.addAll(inserts(at(11, 1, 2), 5));
        List.of("a:1", "b:1", "c:1").forEach(m -> set.member(m).become(other));
        OplogTailer tailer = tailers.stepped(tailers.tailer(), 4);

        assertThat(tailer.progress().state()).isInstanceOf(TailState.Diverged.class);
        assertThat(tailers.published()).hasSize(10);
    }

    @Test
    void goesOnIfOneMemberStillHasTheCapturedHistory() {
        List<OplogEntry> entries = inserts(at(10, 1, 1), 10);
        set.appendEverywhere(entries);
        tailers.stepped(tailers.tailer(), 6);
        set.member("a:1").become(inserts(at(10, 1, 2), 20));
        set.member("b:1").append(inserts(at(11, 1, 1), 2));
        tailers.stepped(tailers.tailer(), 6);
        assertThat(tailers.published()).hasSize(12);
    }

    @Test
    void aSetCreatedAnewBeginsAnotherIncarnation() {
        set.appendEverywhere(inserts(at(10, 1, 5), 10));
        OplogTailer tailer = tailers.stepped(tailers.tailer(), 6);
        set.incarnation(SECOND_LIFE);
        List<OplogEntry> second = List.of(initiating(at(12, 1, -1)), noop(at(12, 2, 1), "x"));
        List.of("a:1", "b:1", "c:1").forEach(m -> set.member(m).become(second));
        tailers.stepped(tailer, 8);

        List<OplogRecord> records = log.records();
        assertThat(records).hasSize(11 + 3);
        assertThat(records.get(11).getKind()).isEqualTo(RecordKind.START);
        assertThat(records.subList(11, 14))
                .allMatch(r -> r.getIncarnation().equals(SECOND_LIFE.id()));
        assertThat(tailers.published()).endsWith(at(12, 1, -1), at(12, 2, 1));
    }

    @Test
    void waitsForALaggingMember() {
        List<OplogEntry> entries = inserts(at(10, 1, 1), 20);
        set.appendEverywhere(entries.subList(0, 10));
        tailers.stepped(tailers.tailer(), 6);
        InMemoryReplicaSet lagging = new InMemoryReplicaSet(SteppedTailers.FIRST_LIFE, "a:1");
        lagging.appendEverywhere(entries.subList(0, 5));
        OplogTailer tailer = tailers.tailer(lagging);
        tailers.stepped(tailer, 30);
        assertThat(tailer.progress().state()).isInstanceOf(TailState.Resuming.class);
        assertThat(tailers.published()).hasSize(10);

        lagging.appendEverywhere(entries.subList(5, 20));
        tailers.stepped(tailer, 6);
        assertThat(tailers.published()).isEqualTo(SteppedTailers.optimes(entries));
    }
}
