package io.tidemark.capture.tail;

import static io.tidemark.capture.Entries.at;
import static io.tidemark.capture.Entries.initiating;
import static io.tidemark.capture.Entries.inserts;
import static io.tidemark.capture.Entries.noop;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.capture.publish.InMemoryOplogTopic;
import io.tidemark.schemas.avro.RecordKind;
import io.tidemark.schemas.model.Optime;
import io.tidemark.schemas.model.ReplicaSetRole;
import io.tidemark.schemas.oplog.OplogEntry;
import io.tidemark.schemas.oplog.OplogRecords;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The tailer's steps, without threads, sockets or sleep. */
class OplogTailerTest {
    private final SteppedTailers tailers = new SteppedTailers();
    private final InMemoryReplicaSet set = tailers.set;
    private final InMemoryOplogTopic.Log log = tailers.log;

    @Test
    void beginsAtTheBirthOfTheSetIfItsOplogReachesBackToIt() {
        set.appendEverywhere(List.of(initiating(at(5, 1, -1)), noop(at(6, 1, 1), "new primary")));
        OplogTailer tailer = tailers.stepped(tailers.tailer(), 6);

        assertThat(log.records().get(0).getKind()).isEqualTo(RecordKind.START);
        assertThat(OplogRecords.optime(log.records().get(0))).isEqualTo(Optime.NONE);
        assertThat(OplogRecords.role(log.records().get(0)))
                .contains(ReplicaSetRole.shard("shard0"));
        assertThat(tailers.published()).containsExactly(at(5, 1, -1), at(6, 1, 1));
        assertThat(tailer.progress().state()).isInstanceOf(TailState.Tailing.class);
        assertThat(tailer.progress().capturedUntil()).contains(at(6, 1, 1));
    }

    @Test
    void beginsJustBeforeTheOldestEntryOfTheMemberThatReachesBackFurthest() {
        List<OplogEntry> entries = inserts(at(10, 1, 3), 20);
        set.member("a:1").append(entries.subList(10, 20));
        set.member("b:1").append(entries);
        set.member("c:1").append(entries.subList(5, 20));
        tailers.stepped(tailers.tailer(), 6);

        assertThat(OplogRecords.optime(log.records().get(0))).isEqualTo(at(10, 0, 3));
        assertThat(tailers.published()).isEqualTo(SteppedTailers.optimes(entries));
        assertThat(tailers.facts()).containsExactly(RecordKind.START);
    }

    @Test
    void resumesBehindTheLastCommittedEntryAndRepeatsNothing() {
        List<OplogEntry> entries = inserts(at(10, 1, 1), 230);
        set.appendEverywhere(entries.subList(0, 120));
        tailers.stepped(tailers.tailer(), 4); // dies with entries under way
        set.appendEverywhere(entries.subList(120, 230));
        tailers.stepped(tailers.tailer(), 8);

        assertThat(tailers.published()).isEqualTo(SteppedTailers.optimes(entries));
    }

    @Test
    void readsOnlyWhatAMajorityHolds() {
        List<OplogEntry> entries = inserts(at(10, 1, 1), 5);
        set.appendEverywhere(entries);
        OplogTailer tailer = tailers.stepped(tailers.tailer(), 5);
        set.member("a:1").write(inserts(at(11, 1, 1), 3));
        tailers.stepped(tailer, 3);
        assertThat(tailers.published()).isEqualTo(SteppedTailers.optimes(entries));

        set.member("a:1").rollBack();
        List<OplogEntry> after = inserts(at(12, 1, 2), 3);
        set.appendEverywhere(after);
        tailers.stepped(tailer, 4);
        assertThat(tailers.published())
                .hasSize(8)
                .endsWith(at(12, 3, 2))
                .doesNotContain(at(11, 1, 1));
    }

    @Test
    void aLostAnswerToACommitNeitherLosesNorRepeats() {
        List<OplogEntry> entries = inserts(at(10, 1, 1), 60);
        set.appendEverywhere(entries.subList(0, 10));
        OplogTailer tailer = tailers.stepped(tailers.tailer(), 6);
        set.appendEverywhere(entries.subList(10, 20));
        log.failCommits(1, true);
        tailers.stepped(tailer, 8);
        set.appendEverywhere(entries.subList(20, 60));
        log.failCommits(2, false);
        tailers.stepped(tailer, 16);

        assertThat(tailers.published()).isEqualTo(SteppedTailers.optimes(entries));
        assertThat(tailer.progress().error()).isEmpty();
    }

    @Test
    void aBrokenCursorIsOpenedAgainWhereItWas() {
        List<OplogEntry> entries = inserts(at(10, 1, 1), 60);
        set.appendEverywhere(entries.subList(0, 30));
        OplogTailer tailer = tailers.stepped(tailers.tailer(), 3);
        set.member("a:1").breakCursors();
        tailers.stepped(tailer, 3);
        set.appendEverywhere(entries.subList(30, 60));
        set.member("a:1").breakCursors();
        tailers.stepped(tailer, 6);
        assertThat(tailers.published()).isEqualTo(SteppedTailers.optimes(entries));
    }

    @Test
    void anOwnerThatLostTheTopicEndsWithoutHarm() {
        List<OplogEntry> entries = inserts(at(10, 1, 1), 60);
        set.appendEverywhere(entries.subList(0, 30));
        OplogTailer former = tailers.stepped(tailers.tailer(), 5);
        set.appendEverywhere(entries.subList(30, 60));
        OplogTailer next = tailers.stepped(tailers.tailer(), 5);
        tailers.stepped(former, 4);

        assertThat(former.progress().state()).isInstanceOf(TailState.Fenced.class);
        assertThat(next.progress().state()).isInstanceOf(TailState.Tailing.class);
        assertThat(tailers.published()).isEqualTo(SteppedTailers.optimes(entries));
    }

    @Test
    void aStopInOrderCommitsWhatWasRead() {
        List<OplogEntry> entries = inserts(at(10, 1, 1), 30);
        set.appendEverywhere(entries);
        OplogTailer tailer = tailers.tailer();
        for (int i = 0; i < 4; i++) {
            tailer.step(); // no time passes: nothing is due yet
        }
        assertThat(tailers.published()).isEmpty();
        tailer.stop("asked to");
        assertThat(tailer.step()).isFalse();

        assertThat(tailer.progress().state()).isEqualTo(new TailState.Stopped("asked to", false));
        assertThat(tailers.published()).isEqualTo(SteppedTailers.optimes(entries));
    }

    @Test
    void aShardThatLeftTheClusterIsReadToItsEnd() {
        List<OplogEntry> entries = inserts(at(10, 1, 1), 250);
        set.appendEverywhere(entries);
        OplogTailer tailer = tailers.stepped(tailers.tailer(), 3);
        tailer.retire();
        tailers.stepped(tailer, 12);

        assertThat(tailers.published()).isEqualTo(SteppedTailers.optimes(entries));
        assertThat(tailer.progress().state()).isInstanceOf(TailState.Stopped.class);
    }

    @Test
    void aRefusalIsTriedAgainAndToldInTheMeantime() {
        set.appendEverywhere(inserts(at(10, 1, 1), 5));
        set.refuses(true);
        OplogTailer tailer = tailers.stepped(tailers.tailer(), 6);
        assertThat(tailer.progress().error()).contains("not allowed");

        set.refuses(false);
        tailers.stepped(tailer, 6);
        assertThat(tailers.published()).hasSize(5);
        assertThat(tailer.progress().error()).isEmpty();
    }
}
