package io.tidemark.timeline;

import static io.tidemark.timeline.Entries.RS0;
import static io.tidemark.timeline.Entries.RS1;
import static io.tidemark.timeline.Entries.t;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.timeline.event.EventKind;
import io.tidemark.timeline.event.Outcome;
import io.tidemark.timeline.event.TopologyEvent;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A database that moves to another primary shard, until its old copies are gone. */
class MovePrimaryPairingTest {
    private final Entries entries = new Entries();

    @Test
    void movePrimaryEndsByWhatItsVersionWrites() {
        entries.log(10, "movePrimary.start", "a", "{database:'a', from:'s0', to:'s1'}")
                .log(20, "movePrimary", "a", "{}")
                .log(30, "movePrimary.start", "b", "{from:'s0', to:'s1'}")
                .log(35, "movePrimary.commit", "b", "{from:'s0', to:'s1'}")
                .log(50, "movePrimary.start", "c", "{from:'s0', to:'s1'}")
                .log(55, "movePrimary.commit", "c", "{from:'s0', to:'s1'}")
                .log(58, "movePrimary.end", "c", "{from:'s0', to:'s1'}")
                .log(70, "movePrimary.start", "d", "{from:'s0', to:'s1'}")
                .log(75, "movePrimary.error", "d", "{from:'s0', to:'s1'}")
                .quiet(100);
        List<TopologyEvent> events = entries.events();

        assertThat(events)
                .extracting(e -> e.through().orElseThrow())
                .containsExactly(t(20), t(35), t(58), t(75));
        assertThat(events)
                .extracting(TopologyEvent::outcome)
                .containsExactly(
                        Outcome.COMPLETED, Outcome.COMPLETED, Outcome.COMPLETED, Outcome.ABORTED);
        assertThat(events.get(0).shards()).containsExactly("s0", "s1");
    }

    @Test
    void aLateEndOfMovePrimaryExtendsIt() {
        entries.log(50, "movePrimary.start", "c", "{from:'s0', to:'s1'}")
                .log(55, "movePrimary.commit", "c", "{from:'s0', to:'s1'}").log(
                99, "movePrimary.end", "c", "{from:'s0', to:'s1'}");

        assertThat(entries.onlyEvent().through()).contains(t(99));
    }

    @Test
    void aCommandElsewhereIsNoPartOfAnOperationUnderWay() {
        entries.log(50, "movePrimary.start", "c", "{from:'s0', to:'s1'}")
                .command(RS1, 52, "other", "{create:'x'}")
                .log(55, "movePrimary.commit", "c", "{from:'s0', to:'s1'}")
                .quiet(100);
        List<TopologyEvent> events = entries.events();

        assertThat(events)
                .extracting(TopologyEvent::kind)
                .containsExactly(EventKind.MOVE_PRIMARY, EventKind.CREATE_COLLECTION);
        assertThat(events.get(0).through()).contains(t(55));
        assertThat(events.get(0).evidence()).noneMatch(seen -> seen.what().equals("create"));
    }

    @Test
    void theOldCopiesDropsBelongToMovePrimary() {
        entries.log(50, "movePrimary.start", "c", "{from:'s0', to:'s1'}")
                .log(55, "movePrimary.commit", "c", "{from:'s0', to:'s1'}")
                .entry(RS0, 63, "{op:'c', ns:'c.$cmd', fromMigrate:true, o:{drop:'x'}}")
                .entry(RS0, 70, "{op:'c', ns:'c.$cmd', fromMigrate:true, o:{drop:'y'}}")
                .quiet(100);

        assertThat(entries.onlyEvent().through()).contains(t(70));
    }

    @Test
    void aMovePrimaryLastsUntilTheOldCopiesAreGone() {
        entries.log(10, "movePrimary.start", "shop", "{from:'s0', to:'s1'}")
                .command(RS1, 11, "shop", "{create:'a'}")
                .command(RS1, 12, "shop", "{create:'b'}")
                .log(20, "movePrimary.commit", "shop", "{from:'s0', to:'s1'}")
                .command(RS0, 900, "shop", "{drop:'a'}")
                .command(RS0, 990, "shop", "{drop:'b'}")
                .quiet(2000);

        assertThat(entries.onlyEvent().through()).contains(t(990));
    }
}
