package io.tidemark.capture.tail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.oplog.OplogEntry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every {@link OplogSource} must do, over a set of three members. */
public abstract class OplogSourceContract {
    private static final Duration WAIT = Duration.ofMillis(300);
    private OplogSource source;

    /** Over a fresh replica set, which holds at least its first entry. */
    protected abstract OplogSource create();

    /** Writes entries that a majority gets at once. */
    protected abstract void write(int count);

    /** Writes entries that stay on the primary. */
    protected abstract void writeWithoutMajority(int count);

    /** Lets the majority have everything. */
    protected abstract void replicate();

    /** Drops all but the newest entries, on every member. */
    protected abstract void keepOnly(int newest);

    /** The cluster times of all entries, as the primary has them. */
    protected abstract List<ClusterTime> oplog();

    @BeforeEach
    void createSource() {
        source = create();
    }

    @AfterEach
    void closeSource() {
        source.close();
        source.close();
    }

    private OplogMember preferred() {
        return source.members().readable().get(0);
    }

    private static List<ClusterTime> drain(OplogCursor cursor) {
        List<ClusterTime> times = new ArrayList<>();
        List<OplogEntry> batch = cursor.next(WAIT);
        while (!batch.isEmpty()) {
            batch.forEach(entry -> times.add(entry.clusterTime()));
            batch = cursor.next(WAIT);
        }
        return times;
    }

    @Test
    void aCursorBeginsWithTheVeryEntryItIsOpenedAt() {
        write(50);
        List<ClusterTime> oplog = oplog();
        try (OplogCursor cursor = source.open(preferred(), oplog.get(10))) {
            assertThat(drain(cursor)).isEqualTo(oplog.subList(10, oplog.size()));
        }
    }

    @Test
    void aCursorStaysOpenAndSeesWhatIsWrittenLater() {
        write(5);
        try (OplogCursor cursor = source.open(preferred(), oplog().get(0))) {
            drain(cursor);
            assertThat(cursor.next(WAIT)).isEmpty();
            int before = oplog().size();
            write(500);
            assertThat(drain(cursor)).isEqualTo(oplog().subList(before, before + 500));
        }
    }

    @Test
    void whatNoMajorityHoldsIsNotGiven() {
        write(5);
        int before = oplog().size();
        writeWithoutMajority(5);
        for (OplogMember member : source.members().readable()) {
            try (OplogCursor cursor = source.open(member, oplog().get(0))) {
                assertThat(drain(cursor)).isEqualTo(oplog().subList(0, before));
            }
        }
        replicate();
        try (OplogCursor cursor = source.open(preferred(), oplog().get(0))) {
            assertThat(drain(cursor)).isEqualTo(oplog());
        }
    }

    @Test
    void aCursorWhoseNextEntryIsGoneSaysSo() {
        write(10);
        try (OplogCursor cursor = source.open(preferred(), oplog().get(0))) {
            drain(cursor);
            write(100);
            keepOnly(5);
            assertThatThrownBy(() -> drain(cursor)).isInstanceOf(OplogLostException.class);
        }
    }

    @Test
    void theWindowTellsOldestAndNewest() {
        write(10);
        OplogWindow whole = source.window(preferred());
        assertThat(whole.isWhole()).isTrue();
        assertThat(whole.oldest().clusterTime()).isEqualTo(oplog().get(0));

        keepOnly(4);
        OplogWindow part = source.window(preferred());
        assertThat(part.isWhole()).isFalse();
        assertThat(part.oldest().clusterTime()).isEqualTo(oplog().get(0));
        assertThat(part.newest().clusterTime()).isEqualTo(oplog().get(3));
    }

    @Test
    void theIncarnationStaysTheSame() {
        assertThat(source.incarnation()).isEqualTo(source.incarnation());
    }

    @Test
    void membersThatServeUsersLeastComeFirst() {
        assertThat(source.members().readable())
                .extracting(OplogMember::role)
                .containsExactly(MemberRole.SECONDARY, MemberRole.SECONDARY, MemberRole.PRIMARY);
    }
}
