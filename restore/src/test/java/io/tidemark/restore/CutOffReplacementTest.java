package io.tidemark.restore;

import static io.tidemark.restore.OccupiedTargets.keeping;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import io.tidemark.embedded.mongo.ServerVersion;
import io.tidemark.restore.report.RestoreReport;
import io.tidemark.restore.target.MongoTarget;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.bson.BsonTimestamp;
import org.bson.Document;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A restore over data that was cut off: run again, or taken back, and led back from. */
final class CutOffReplacementTest {
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

    /** A run that goes on knows the cluster that was there by its mark alone. */
    @Test
    void theMetadataOfTheClusterBeforeGoEvenIfTheRestoreWasCutOff() {
        targets.restore(then, Replacement.NONE);
        Document stale = new Document("_id", "stale").append("ns", "shop.none");
        try (MongoClient client = MongoClients.create(targets.configServers().uri())) {
            client.getDatabase("config").getCollection("chunks").insertOne(stale);
        }
        Replacement named = new Replacement(Set.of("shop", "temp"), false);
        for (RestoreProgress.Phase phase :
                List.of(RestoreProgress.Phase.REPLAY, RestoreProgress.Phase.VERIFY)) {
            assertThatThrownBy(() -> targets.restore(end, named, false, cutOffAt(phase)))
                    .hasMessage("cut off");
        }

        targets.restore(end, named);

        targets.servers.requireSame(end);
        targets.requireSourcesMetadata();
    }

    /** The shards are kept as the config servers' mark has it, whichever run decides of them. */
    @Test
    void cutOffBetweenTwoMarksTheWayBackFitsTogetherNevertheless() {
        targets.restore(then, Replacement.NONE);
        TargetsState before = TargetsState.withoutUuids(targets.servers);
        RestoreTarget.Connector dying =
                (uri, options) ->
                        uri.equals(targets.configServers().uri())
                                ? new MongoTarget(uri, options)
                                : diesBeforeItsMark(new MongoTarget(uri, options));
        assertThatThrownBy(
                        () ->
                                Restore.run(
                                        targets.request(end, keeping("shop", "temp"), false),
                                        RestoreProgress.silent(),
                                        dying))
                .hasMessage("cut off");

        RestoreReport report = targets.restore(end, keeping("shop", "temp"));

        targets.servers.requireSame(end);
        targets.leadBack(report);
        TargetsState.withoutUuids(targets.servers).requireSame(before);
        targets.requireKnownUuids();
    }

    private static RestoreTarget diesBeforeItsMark(RestoreTarget target) {
        return (RestoreTarget)
                Proxy.newProxyInstance(
                        RestoreTarget.class.getClassLoader(),
                        new Class<?>[] {RestoreTarget.class},
                        (proxy, method, arguments) -> {
                            if (method.getName().equals("mark")) {
                                throw new IllegalStateException("cut off");
                            }
                            try {
                                return method.invoke(target, arguments);
                            } catch (InvocationTargetException e) {
                                throw e.getCause();
                            }
                        });
    }

    @Test
    void cutOffAndTakenBackItIsWhatItWasAndIsKeptAnew() {
        targets.fill();
        targets.restore(then, keeping("shop", "crm"));
        TargetsState before = TargetsState.withoutUuids(targets.servers);
        for (RestoreProgress.Phase phase :
                List.of(RestoreProgress.Phase.BASE, RestoreProgress.Phase.VERIFY)) {
            assertThatThrownBy(
                            () ->
                                    targets.restore(
                                            end, keeping("shop", "temp"), false, cutOffAt(phase)))
                    .hasMessage("cut off");

            RestoreReport report =
                    targets.restore(end, keeping("shop", "temp"), true, RestoreProgress.silent());

            targets.servers.requireSame(end);
            targets.requireSourcesMetadata();
            targets.leadBack(report);
            TargetsState.withoutUuids(targets.servers).requireSame(before);
        }
    }

    private static RestoreProgress cutOffAt(RestoreProgress.Phase end) {
        return new RestoreProgress() {
            @Override
            public void phase(Phase phase) {
                if (phase == end) {
                    throw new IllegalStateException("cut off");
                }
            }
        };
    }
}
