package io.tidemark.storage.turn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.schemas.model.ClusterName;
import io.tidemark.storage.object.Body;
import io.tidemark.storage.object.FileObjectStore;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.storage.turn.ArchiveTurn.Kind;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArchiveTurnTest {
    private static final ClusterName SHOP = new ClusterName("shop");
    private final Clock clock = new Hand();
    private Instant now = Instant.parse("2026-11-20T10:00:00Z");
    @TempDir private Path folder;
    private ObjectStore store;

    private final class Hand extends Clock {
        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    }

    @BeforeEach
    void open() {
        store = new FileObjectStore(folder);
    }

    private ArchiveTurn take(Kind kind, String owner) {
        return ArchiveTurn.take(store, SHOP, kind, owner, clock);
    }

    @Test
    void severalReadAtOnceAndWhoRemovesIsToldWhoReads() {
        try (ArchiveTurn one = take(Kind.READS, "host.one:1");
                ArchiveTurn two = take(Kind.READS, "two")) {
            assertThatThrownBy(() -> take(Kind.REMOVES, "pruner"))
                    .isInstanceOf(TurnHeldException.class)
                    .hasMessageContaining("a restore (")
                    .hasMessageContaining("since 2026-11-20T10:00:00Z");
            one.keep();
            two.keep();
        }
        assertThat(notes()).isEmpty();
        take(Kind.REMOVES, "pruner").close();
    }

    @Test
    void whileOneRemovesNobodyElseBegins() {
        try (ArchiveTurn turn = take(Kind.REMOVES, "pruner")) {
            assertThatThrownBy(() -> take(Kind.READS, "reader"))
                    .isInstanceOf(TurnHeldException.class)
                    .hasMessageContaining("a prune (pruner");
            assertThatThrownBy(() -> take(Kind.REMOVES, "other"))
                    .isInstanceOf(TurnHeldException.class);
            assertThatCode(turn::keep).doesNotThrowAnyException();
        }
        assertThat(notes()).isEmpty();
    }

    @Test
    void aNoteThatIsRenewedCountsForAsLongAsItIs() {
        try (ArchiveTurn reader = take(Kind.READS, "reader")) {
            for (int i = 0; i < 20; i++) {
                now = now.plus(ArchiveTurn.RENEW).plusSeconds(1);
                reader.keep();
                assertThat(notes()).hasSize(1);
            }
            assertThatThrownBy(() -> take(Kind.REMOVES, "pruner"))
                    .isInstanceOf(TurnHeldException.class);
        }
    }

    @Test
    void theNoteOfADeadOneCountsForAWhileOnlyAndIsTakenAwayLater() {
        take(Kind.READS, "dies");
        now = now.plus(ArchiveTurn.LASTS).plusSeconds(1);
        take(Kind.REMOVES, "pruner").close();
        assertThat(notes()).hasSize(1);

        now = now.plus(Duration.ofDays(2));
        take(Kind.REMOVES, "pruner").close();

        assertThat(notes()).isEmpty();
    }

    @Test
    void whoSleptWhileAnotherCameGivesWay() {
        ArchiveTurn sleeper = take(Kind.REMOVES, "sleeper");
        now = now.plus(ArchiveTurn.LASTS).plusSeconds(1);
        ArchiveTurn reader = take(Kind.READS, "reader");

        assertThatThrownBy(sleeper::keep).isInstanceOf(TurnHeldException.class);
        sleeper.close();
        assertThatCode(reader::keep).doesNotThrowAnyException();
    }

    @Test
    void aClockThatIsSetBackRenewsAtOnce() {
        try (ArchiveTurn turn = take(Kind.READS, "reader")) {
            String before = notes().get(0);
            now = now.minusSeconds(3600);
            turn.keep();
            assertThat(notes()).hasSize(1).doesNotContain(before);
        }
    }

    @Test
    void strangersAreNoNotes() {
        store.put("shop/turns/hello", Body.of(new byte[1]));
        take(Kind.REMOVES, "pruner").close();
        assertThat(notes()).hasSize(1);
    }

    private List<String> notes() {
        try (Stream<io.tidemark.storage.object.StoredObject> all = store.list("shop/turns/", "")) {
            return all.map(o -> o.key()).toList();
        }
    }
}
