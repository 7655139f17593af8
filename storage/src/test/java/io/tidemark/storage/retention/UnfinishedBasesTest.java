package io.tidemark.storage.retention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.storage.base.BaseManifest;
import io.tidemark.storage.base.BaseMethod;
import io.tidemark.storage.catalogue.Catalogue;
import io.tidemark.storage.object.InMemoryObjectStore;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.storage.object.StoredObject;
import io.tidemark.storage.retention.UnfinishedBase.Fate;
import io.tidemark.storage.slice.TestEntries;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** When what a snapshot left goes, where nobody can be asked whether it goes on. */
class UnfinishedBasesTest {
    private static final Instant NOW = Instant.parse("2026-11-30T12:00:00Z");
    private static final Duration THIRTY_DAYS = Duration.ofDays(30);
    private final ObjectStore store = new InMemoryObjectStore();
    private final LeftSnapshots bucket = new LeftSnapshots(store, NOW);

    private PrunePlan prune(EndedSnapshots ended, Instant now) {
        return new Prune(store, TestEntries.CLUSTER, OperationLock.NONE, ended)
                .run(RetentionRule.DEFAULT, now, removed -> {});
    }

    private List<String> keysOf(String snapshot) {
        try (Stream<StoredObject> all = store.list("", "")) {
            return all.map(StoredObject::key)
                    .filter(key -> key.contains("/base/" + snapshot + "/"))
                    .toList();
        }
    }

    @Test
    void theyStayForThirtyDaysAndGoThen() {
        bucket.left("older", THIRTY_DAYS.plusSeconds(1));
        bucket.left("atTheLimit", THIRTY_DAYS);
        bucket.left("young", Duration.ofHours(1));

        PrunePlan plan = prune(EndedSnapshots.UNKNOWN, NOW);

        assertThat(plan.unfinished())
                .extracting(base -> base.place().snapshotId(), UnfinishedBase::fate)
                .containsExactlyInAnyOrder(
                        tuple("older", Fate.GIVEN_UP),
                        tuple("atTheLimit", Fate.STAYS),
                        tuple("young", Fate.STAYS));
        assertThat(plan.unfinished())
                .extracting(UnfinishedBase::why)
                .contains(
                        "begun 2026-10-31T11:59:59Z and never finished",
                        "begun 2026-11-30T11:00:00Z; its snapshot may still go on");
        assertThat(keysOf("older")).isEmpty();
        assertThat(keysOf("atTheLimit")).hasSize(2);
        assertThat(keysOf("young")).hasSize(2);
        prune(EndedSnapshots.UNKNOWN, NOW.plusSeconds(1));
        assertThat(keysOf("atTheLimit")).isEmpty();
        assertThat(keysOf("young")).hasSize(2);
    }

    @Test
    void whoseOperationIsKnownToHaveEndedNeedNotWait() {
        bucket.left("cancelled", Duration.ofMinutes(5));
        bucket.left("running", Duration.ofMinutes(5));

        prune("cancelled"::equals, NOW);

        assertThat(keysOf("cancelled")).isEmpty();
        assertThat(keysOf("running")).hasSize(2);
    }

    @Test
    void aManifestThatComesAfterThirtyDaysMakesNoBaseAndGoesWithTheNextPrune() {
        bucket.left("late", THIRTY_DAYS.plusDays(1));
        prune(EndedSnapshots.UNKNOWN, NOW);

        ClusterTime at = new ClusterTime(NOW.getEpochSecond(), 1);
        new BaseManifest(
                        LeftSnapshots.place("late"),
                        BaseMethod.FUZZY,
                        at,
                        at,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        List.of())
                .putTo(store);

        assertThat(new Catalogue(store, TestEntries.CLUSTER).bases()).isEmpty();
        prune(EndedSnapshots.UNKNOWN, NOW);
        assertThat(keysOf("late")).isEmpty();
    }

    @Test
    void whoseAgeIsNotKnownStays() {
        bucket.part("strange");

        PrunePlan plan = prune(EndedSnapshots.UNKNOWN, NOW.plus(Duration.ofDays(400)));

        assertThat(plan.unfinished())
                .singleElement()
                .satisfies(base -> assertThat(base.why()).contains("its age is not known"));
        assertThat(keysOf("strange")).hasSize(1);
    }
}
