package io.tidemark.restore;

import static io.tidemark.restore.OccupiedTargets.keeping;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.embedded.mongo.ServerVersion;
import io.tidemark.restore.report.RestoreReport;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bson.BsonDocument;
import org.bson.BsonTimestamp;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a restore one to one replaces is kept, and the commands of its report lead back to it. */
final class KeptPreviousTest {
    @TempDir static Path folder;
    private static ArchivedWorkload archived;
    private static BsonTimestamp then;
    private static BsonTimestamp end;
    private OccupiedTargets targets;

    @BeforeAll
    static void archiveACluster() {
        ClusterWorkload workload = new ClusterWorkload(ServerVersion.V5_0, 31);
        workload.run(60);
        archived = new ArchivedWorkload(workload, folder);
        then = archived.then();
        end = archived.end();
    }

    @BeforeEach
    void startTargets() {
        targets = new OccupiedTargets(archived);
    }

    @AfterEach
    void stopTargets() {
        targets.close();
    }

    @AfterAll
    static void stop() {
        archived.close();
    }

    /** Of other UUIDs than the source's: all of it can be renamed. */
    @Test
    void whatWasThereIsRenamedAsideAndTheWayBackLeadsToIt() {
        targets.fill();
        TargetsState before = TargetsState.of(targets.servers);

        RestoreReport report = targets.restore(end, keeping("shop", "crm"));

        targets.servers.requireSame(end);
        assertThat(report.replaced().get("rs0/shop.orders")).startsWith("shop.tidemark_previous_");
        assertThat(report.replaced().get("rs0/crm.recent")).isEmpty();
        assertThat(report.replaced()).hasSize(6);
        targets.leadBack(report);
        TargetsState.of(targets.servers).requireSame(before);
    }

    /** Of the source's UUIDs, and of a cluster whose metadata the restore replaces. */
    @Test
    void aClusterThatWasRestoredBeforeIsCopiedAsideWithItsMetadata() {
        targets.restore(then, Replacement.NONE);
        TargetsState before = TargetsState.withoutUuids(targets.servers);

        RestoreReport report = targets.restore(end, keeping("shop", "temp"));

        targets.servers.requireSame(end);
        assertThat(report.warnings()).anyMatch(w -> w.contains("The way back replaces"));
        targets.leadBack(report);
        TargetsState.withoutUuids(targets.servers).requireSame(before);
        targets.requireKnownUuids();
        // Whatever was made on the way has gone again, and nothing is in a later one's way.
        targets.restore(then, new Replacement(Set.of("shop", "temp"), false));
        targets.servers.requireSame(then);
    }

    @Test
    void whatAnEarlierRestoreKeptStaysWhereNothingMeetsIt() {
        targets.fill();
        Map<String, String> kept = targets.restore(then, keeping("shop", "crm")).replaced();
        String place = kept.get("rs0/shop.orders");
        List<BsonDocument> documents = targets.documents("rs0", place);

        targets.restore(end, new Replacement(Set.of("shop", "temp"), false));

        targets.servers.requireSame(end);
        assertThat(targets.documents("rs0", place)).isNotEmpty().isEqualTo(documents);
    }

    /** A server would take what has the UUID instead of creating a collection. */
    @Test
    void whatWasKeptWithAUuidThatTheRestoreNeedsIsInItsWay() {
        targets.restore(then, Replacement.NONE);
        String place = "shop.tidemark_previous_1_orders";
        targets.run("rs1", "admin", "{renameCollection: 'shop.orders', to: '" + place + "'}");
        targets.run("rs1", "shop", "{insert: 'tidemark_previous_1_orders', documents: [{_id: 1}]}");
        List<BsonDocument> documents = targets.documents("rs1", place);
        Set<String> others = Set.of("shop.events", "shop.plain", "temp");
        assertThatThrownBy(() -> targets.restore(end, new Replacement(others, false)))
                .hasMessageContaining("it holds data")
                .hasMessageContaining(place);

        RestoreReport report = targets.restore(end, keeping("shop", "temp"));

        targets.servers.requireSame(end);
        String copy = report.replaced().get("rs1/" + place);
        assertThat(targets.documents("rs1", copy)).isNotEmpty().isEqualTo(documents);
    }

    @Test
    void aTimeSeriesCollectionIsRefusedBeforeAnythingIsWritten() {
        targets.run("rs0", "crm", "{create: 'load', timeseries: {timeField: 't'}}");
        TargetsState before = TargetsState.of(targets.servers);

        assertThatThrownBy(() -> targets.restore(end, keeping("crm")))
                .isInstanceOf(RestoreException.TargetRefused.class)
                .hasMessageContaining("it can't keep crm.load: servers rename no time-series")
                .hasMessageContaining("Nothing was written");

        TargetsState.of(targets.servers).requireSame(before);
    }
}
