package io.tidemark.cli.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.schemas.layout.BasePlace;
import io.tidemark.schemas.layout.KeyPrefix;
import io.tidemark.schemas.layout.ObjectKey;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.Slice;
import io.tidemark.storage.catalogue.AbandonedBases;
import io.tidemark.storage.object.Body;
import io.tidemark.storage.object.InMemoryObjectStore;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Keys only: what they hold is checked elsewhere. */
class StartCheckTest {
    private static final ClusterName SHOP = new ClusterName("shop");
    private static final ClusterTime LATER = new ClusterTime(100, 0);

    private final InMemoryObjectStore store = new InMemoryObjectStore();

    @Test
    void aBaseOrTheFirstEntryIsAStart() {
        slice("rs0", LATER);
        base("rs0", "monday", "manifest.json");
        slice("rs1", ClusterTime.ZERO);

        assertThat(problems()).isEmpty();
    }

    @Test
    void aReplicaSetWithoutEitherIsNamed() {
        slice("rs0", LATER);
        base("rs0", "monday", "manifest.json");
        slice("rs1", LATER);

        assertThat(problems())
                .singleElement()
                .satisfies(
                        problem -> {
                            assertThat(problem.key()).endsWith("/oplog/rs1/");
                            assertThat(problem.what()).doesNotContain("parts");
                            assertThat(problem.act()).contains("verify --base external");
                        });
    }

    @Test
    void partsWhoseManifestsAreGoneAreToldApart() {
        slice("rs0", LATER);
        base("rs0", "monday", "start.json");
        base("rs0", "tuesday", "start.json");
        base("rs1", "tuesday", "start.json");

        List<Problem> problems = problems();

        assertThat(problems).hasSize(2);
        assertThat(problems.get(0).key()).endsWith("/oplog/rs0/");
        assertThat(problems.get(0).what()).contains("[monday, tuesday]", "without a manifest");
        assertThat(problems.get(0).act()).contains("bring it back from a copy");
        assertThat(problems.get(1).key()).endsWith("/base/tuesday/rs1/");
    }

    @Test
    void aBaseThatWasGivenUpIsNone() {
        slice("rs0", LATER);
        base("rs0", "monday", "manifest.json");
        new AbandonedBases(store, SHOP).add(place("rs0", "monday"));

        assertThat(problems()).hasSize(1);
    }

    private List<Problem> problems() {
        Findings findings = new Findings();
        new StartCheck(store, SHOP, findings).run();
        return findings.problems();
    }

    private void slice(String set, ClusterTime after) {
        Slice range = new Slice(after, after.next(), 0);
        put(new ObjectKey.OfSlice(SHOP, Incarnation.UNKNOWN, new ReplicaSet(set), range).text());
    }

    private void base(String set, String snapshot, String object) {
        put(KeyPrefix.base(place(set, snapshot)) + object);
    }

    private static BasePlace place(String set, String snapshot) {
        return new BasePlace(SHOP, Incarnation.UNKNOWN, snapshot, new ReplicaSet(set));
    }

    private void put(String key) {
        store.put(key, Body.of(new byte[] {1}));
    }
}
