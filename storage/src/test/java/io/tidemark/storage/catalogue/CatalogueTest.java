package io.tidemark.storage.catalogue;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.schemas.layout.ObjectKey;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.Slice;
import io.tidemark.storage.object.Body;
import io.tidemark.storage.object.InMemoryObjectStore;
import io.tidemark.storage.object.ObjectStore;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class CatalogueTest {
    private static final ClusterName SHOP = new ClusterName("shop");
    private static final Incarnation LIFE = new Incarnation("65f000000000000000000001");
    private static final Incarnation LATER = new Incarnation("65f000000000000000000002");
    private static final ReplicaSet RS0 = new ReplicaSet("rs0");
    private static final ReplicaSet RS1 = new ReplicaSet("rs1");
    private static final long HOUR = 3600;
    private final ObjectStore store = new InMemoryObjectStore();
    private final Catalogue catalogue = new Catalogue(store, SHOP);

    @Test
    void anEmptyBucketHoldsNothing() {
        assertThat(Catalogue.clusters(store)).isEmpty();
        assertThat(catalogue.replicaSets()).isEmpty();
        assertThat(catalogue.last(set(RS0, LIFE))).isEmpty();
        assertThat(catalogue.bases()).isEmpty();
    }

    @Test
    void namesClustersReplicaSetsAndTheirLives() {
        slice(RS1, LIFE, 0, 10);
        slice(RS0, LATER, 0, 10);
        slice(RS0, LIFE, 0, 10);
        put("holiday/pictures/1.jpg");
        put("shop/notes.txt");

        assertThat(Catalogue.clusters(store)).containsExactly(SHOP);
        assertThat(catalogue.replicaSets())
                .containsExactly(set(RS0, LIFE), set(RS0, LATER), set(RS1, LIFE));
        assertThat(catalogue.lives(RS0)).containsExactly(set(RS0, LIFE), set(RS0, LATER));
    }

    @Test
    void findsTheLastAcrossHoursYearsAndStrangers() {
        slice(RS0, LIFE, 0, 10);
        ObjectKey.OfSlice last = slice(RS0, LIFE, 40_000 * HOUR, 40_000 * HOUR + 5);
        slice(RS0, LIFE, 39_000 * HOUR, 40_000 * HOUR + 3);
        put("shop/" + LIFE + "/oplog/rs0/2999/01/01/00/upload.tmp");

        assertThat(catalogue.last(set(RS0, LIFE))).contains(last);
        assertThat(catalogue.first(set(RS0, LIFE))).isPresent();
    }

    @Test
    void aSliceComesBeforeAGapOfTheSameEnd() {
        ObjectKey.OfSlice slice = slice(RS0, LIFE, 0, 10);
        put(new ObjectKey.OfGap(SHOP, LIFE, RS0, at(5), at(10)).text());

        assertThat(catalogue.last(set(RS0, LIFE))).contains(slice);
    }

    @Test
    void listsFromTheHourThatIsAskedFor() {
        for (int hour = 0; hour < 100; hour++) {
            slice(RS0, LIFE, hour * HOUR, (hour + 1) * HOUR);
        }

        try (Stream<ObjectKey> ranges = catalogue.ranges(set(RS0, LIFE), at(50 * HOUR + 10))) {
            assertThat(ranges).hasSize(50);
        }
        Chain chain = catalogue.chain(set(RS0, LIFE), at(50 * HOUR + 10), at(52 * HOUR));
        assertThat(chain.isUnbroken()).isTrue();
        assertThat(chain.links()).hasSize(2);
    }

    @Test
    void theRangeThatEndsExactlyThereIsNotNeeded() {
        slice(RS0, LIFE, 0, 10);
        ObjectKey.OfSlice second = slice(RS0, LIFE, 10, 20);

        try (Stream<ObjectKey> ranges = catalogue.ranges(set(RS0, LIFE), at(10))) {
            assertThat(ranges.toList()).isEqualTo(List.of(second));
        }
    }

    private ObjectKey.OfSlice slice(ReplicaSet set, Incarnation life, long after, long through) {
        ObjectKey.OfSlice key =
                new ObjectKey.OfSlice(SHOP, life, set, new Slice(at(after), at(through), 0));
        put(key.text());
        return key;
    }

    private void put(String key) {
        store.put(key, Body.of(new byte[1]));
    }

    private static ArchivedReplicaSet set(ReplicaSet set, Incarnation life) {
        return new ArchivedReplicaSet(SHOP, life, set);
    }

    private static ClusterTime at(long seconds) {
        return new ClusterTime(1_600_000_000L + seconds, 0);
    }
}
