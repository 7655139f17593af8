package io.tidemark.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.restore.report.RestoreReport;
import io.tidemark.restore.target.MemoryRestoreTarget;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.ClusterTime;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A real cluster's backup, restored around the commit of a transaction over both shards. */
final class RealClusterRestoreTest {
    @TempDir Path folder;
    private final Map<String, MemoryRestoreTarget> targets = new TreeMap<>();

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        // The transaction's commit timestamp is :5, its commit entries are :7 and :8.
        "1644243375:4, out",
        "1644243375:5, in",
        "1644243375:7, in",
        "1644243413:1, ",
    })
    void holdsATransactionOverShardsWholeOrNotAtAll(String to, String decision) {
        RestoreReport report = restore(to);

        boolean before = "out".equals(decision);
        assertThat(indexes("rs1"))
                .isEqualTo(
                        before
                                ? List.of(0, 1, 2, 3, 4, 5, 24, 25, 34, 35)
                                : List.of(0, 1, 2, 3, 4, 5, 24, 25));
        assertThat(indexes("rs2"))
                .isEqualTo(before ? List.of(195, 196, 295, 296) : List.of(195, 196));
        assertThat(report.verified()).isTrue();
        if (decision == null) {
            assertThat(report.transactions()).isEmpty();
        } else {
            assertThat(report.transactions())
                    .singleElement()
                    .satisfies(
                            t -> {
                                assertThat(t.decision()).isEqualTo(decision);
                                assertThat(t.commitTimestamp()).isEqualTo("1644243375:5");
                            });
        }
    }

    @BeforeEach
    void needsTheRecordedData() {
        RealClusterArchive.requireRecorded();
    }

    @Test
    void restoresTheClusterMetadataWithTheTargetsHosts() {
        restore("1644243413:1");

        MemoryRestoreTarget config = targets.get("config");
        assertThat(config.documents("config.chunks")).hasSize(4);
        assertThat(config.documents("config.collections")).hasSize(1);
        assertThat(config.documents("config.shards"))
                .extracting(shard -> shard.string("host").orElseThrow())
                .containsExactlyInAnyOrder("rs1/rs1.example:1", "rs2/rs2.example:1");
        assertThat(config.mark()).isEmpty();
    }

    @Test
    void refusesATimeThatNoEntryProves() {
        assertThatThrownBy(() -> restore("1644250000:1"))
                .isInstanceOf(RestoreException.NotCovered.class)
                .hasMessageContaining("is archived through")
                .hasMessageContaining("Nearest restorable times");
        assertThatThrownBy(() -> restore("1644242760:1"))
                .isInstanceOf(RestoreException.NotCovered.class)
                .hasMessageContaining("1644242765:18 after");
        assertThat(targets).isEmpty();
    }

    private RestoreReport restore(String to) {
        try (TestArchive archive = new TestArchive(folder)) {
            RealClusterArchive.importInto(archive);
            RestoreRequest request =
                    new RestoreRequest(
                            archive.store(),
                            TestArchive.CLUSTER,
                            ClusterTime.parse(to).orElseThrow(),
                            Map.of("config", "config", "rs1", "rs1", "rs2", "rs2"));
            return Restore.run(request, RestoreProgress.silent(), this::connect);
        }
    }

    private RestoreTarget connect(String name, RestoreOptions options) {
        return targets.computeIfAbsent(name, n -> new MemoryRestoreTarget(n + ".example:1"));
    }

    private List<Integer> indexes(String set) {
        return targets.get(set).documents("trx.test").stream()
                .map(RawDocument::toBson)
                .map(document -> (int) document.getNumber("idx").doubleValue())
                .sorted()
                .toList();
    }
}
