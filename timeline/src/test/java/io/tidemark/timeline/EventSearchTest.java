package io.tidemark.timeline;

import static io.tidemark.timeline.Entries.CFG;
import static io.tidemark.timeline.Entries.RS0;
import static io.tidemark.timeline.Entries.RS1;
import static io.tidemark.timeline.Entries.t;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.schemas.model.Shard;
import io.tidemark.timeline.event.EventSearch;
import io.tidemark.timeline.event.TopologyEvent;
import java.util.List;
import org.junit.jupiter.api.Test;

class EventSearchTest {
    private final EventSearch search = new EventSearch(events());

    @Test
    void findsWhatTouchesACollection() {
        assertThat(search.about("shop.orders"))
                .extracting(TopologyEvent::what)
                .containsExactly("drop", "renameCollection", "dropDatabase");
        assertThat(search.about("shop")).hasSize(4);
        assertThat(search.about("sho")).isEmpty();
    }

    @Test
    void findsTheLastDropAloneOrWithItsDatabase() {
        assertThat(search.lastDrop("shop.orders").map(TopologyEvent::from)).contains(t(50));
        assertThat(search.lastDrop("other.orders")).isEmpty();
        TopologyEvent drop = search.lastDrop("shop.items").orElseThrow();
        assertThat(EventSearch.justBefore(drop)).isEqualTo(t(50).previous());
    }

    @Test
    void findsWhatWasUnderWay() {
        assertThat(search.between(t(45), t(52)))
                .extracting(TopologyEvent::what)
                .containsExactly("dropDatabase");
        assertThat(search.between(t(60), t(61))).hasSize(1);
        assertThat(search.between(t(61), t(70))).isEmpty();
        TopologyEvent first = search.between(t(1), t(99)).get(0);
        assertThat(search.byId(first.id())).contains(first);
    }

    private static List<TopologyEvent> events() {
        Entries entries =
                new Entries()
                        .command(RS0, 10, "shop", "{drop:'orders'}")
                        .command(RS0, 20, "shop", "{renameCollection:'shop.new', to:'shop.orders'}")
                        .command(RS0, 30, "shop", "{drop:'items'}")
                        .log(50, "dropDatabase.start", "shop", "{}")
                        .log(60, "dropDatabase", "shop", "{}")
                        .quiet(100);
        TimelineFold fold =
                TimelineFold.of(CFG, List.of(new Shard("s0", RS0), new Shard("s1", RS1)));
        entries.all().forEach(at -> fold.accept(at.replicaSet(), at.entry()));
        return fold.events();
    }
}
