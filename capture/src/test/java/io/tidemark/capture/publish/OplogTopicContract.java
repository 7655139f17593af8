package io.tidemark.capture.publish;

import static io.tidemark.capture.Entries.at;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.capture.Entries;
import io.tidemark.schemas.avro.OplogRecord;
import io.tidemark.schemas.avro.RecordKind;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Gap;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.model.Optime;
import io.tidemark.schemas.oplog.OplogEntry;
import io.tidemark.schemas.oplog.OplogRecords;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What every {@link OplogTopic} must do. */
abstract class OplogTopicContract {
    private static final Incarnation INCARNATION = new Incarnation("65f000000000000000000001");

    /** Another owner of the same, at first empty, topic. */
    abstract OplogTopic owner();

    /** What a reader of committed records sees. */
    abstract List<OplogRecord> committed();

    @Test
    void anEmptyTopicBeginsARecord() {
        assertThat(owner().open()).isEqualTo(new ResumePoint.Empty());
    }

    @Test
    void committedEntriesAreReadInOrderAndTheLastIsResumedFrom() {
        OplogTopic topic = owner();
        topic.open();
        append(topic, Entries.inserts(at(10, 1, 1), 20));
        topic.commit();
        append(topic, Entries.inserts(at(11, 1, 2), 3));
        topic.commit();

        assertThat(committed()).extracting(OplogRecords::optime).hasSize(23).isSorted();
        assertThat(owner().open()).isEqualTo(new ResumePoint.AfterEntry(at(11, 3, 2), INCARNATION));
    }

    @Test
    void theEntrysBytesArriveAsTheyWere() {
        OplogEntry entry = Entries.insert(at(10, 1, 1), "shop.orders", 7, 100);
        OplogTopic topic = owner();
        topic.open();
        append(topic, List.of(entry));
        topic.commit();

        java.nio.ByteBuffer bytes = committed().get(0).getEntry();
        assertThat(bytes).isEqualTo(java.nio.ByteBuffer.wrap(entry.raw().toBytes()));
    }

    @Test
    void whatIsNotCommittedIsDroppedByTheNextOpen() {
        OplogTopic topic = owner();
        topic.open();
        append(topic, Entries.inserts(at(10, 1, 1), 2));
        topic.commit();
        append(topic, Entries.inserts(at(12, 1, 1), 200));

        assertThat(topic.open()).isEqualTo(new ResumePoint.AfterEntry(at(10, 2, 1), INCARNATION));
        topic.commit();
        assertThat(committed()).hasSize(2);
    }

    @Test
    void aStartOrAGapAtTheEndIsResumedBehind() {
        OplogTopic topic = owner();
        topic.open();
        topic.append(OplogRecords.start(Optime.NONE, INCARNATION));
        topic.commit();
        assertThat(topic.open()).isEqualTo(new ResumePoint.AfterHole(Optime.NONE, INCARNATION));

        Gap gap = new Gap(new ClusterTime(10, 1), new ClusterTime(20, 4), "rolled over");
        topic.append(OplogRecords.gap(gap, at(10, 1, 3), INCARNATION));
        topic.commit();
        assertThat(topic.open()).isEqualTo(new ResumePoint.AfterHole(at(20, 4, 3), INCARNATION));
        assertThat(committed())
                .extracting(OplogRecord::getKind)
                .containsExactly(RecordKind.START, RecordKind.GAP);
    }

    @Test
    void aFormerOwnerCommitsNothingMore() {
        OplogTopic former = owner();
        former.open();
        append(former, Entries.inserts(at(10, 1, 1), 2));
        former.commit();
        append(former, Entries.inserts(at(11, 1, 1), 2));
        OplogTopic next = owner();
        ResumePoint point = next.open();

        assertThatThrownBy(
                        () -> {
                            append(former, Entries.inserts(at(12, 1, 1), 2));
                            former.commit();
                        })
                .isInstanceOf(FencedException.class);
        assertThat(point).isEqualTo(new ResumePoint.AfterEntry(at(10, 2, 1), INCARNATION));
        append(next, Entries.inserts(at(13, 1, 1), 1));
        next.commit();
        assertThat(committed())
                .extracting(OplogRecords::optime)
                .containsExactly(at(10, 1, 1), at(10, 2, 1), at(13, 1, 1));
    }

    @Test
    void commitsWithoutRecordsDoNothing() {
        OplogTopic topic = owner();
        topic.open();
        topic.commit();
        topic.commit();
        assertThat(committed()).isEmpty();
    }

    @Test
    void nothingCanBeAppendedBeforeOpen() {
        OplogTopic topic = owner();
        assertThatThrownBy(() -> append(topic, Entries.inserts(at(1, 1, 1), 1)))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void closeTwiceIsHarmless() {
        OplogTopic topic = owner();
        topic.open();
        append(topic, Entries.inserts(at(10, 1, 1), 2));
        topic.close();
        topic.close();
        assertThat(committed()).isEmpty();
    }

    static void append(OplogTopic topic, List<OplogEntry> entries) {
        EntryPreparer preparer = topic.preparer(INCARNATION);
        entries.forEach(entry -> topic.append(preparer.prepare(entry)));
    }
}
