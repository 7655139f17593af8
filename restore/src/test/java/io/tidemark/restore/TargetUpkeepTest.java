package io.tidemark.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import io.tidemark.embedded.mongo.ServerVersion;
import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import io.tidemark.restore.report.RestoreReport;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSetRole;
import io.tidemark.schemas.oplog.OplogEntry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.bson.BsonBoolean;
import org.bson.Document;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What targets do by themselves stops during a restore; who they are is told to them at its end.
 */
final class TargetUpkeepTest {
    private static final Document BALANCER =
            Document.parse(
                    "{_id: 'balancer', activeWindow: {start: '1:00', stop: '5:00'}, mode: 'full',"
                            + " stopped: false}");
    @TempDir Path folder;
    private ClusterWorkload workload;
    private ServerTargets targets;
    private TestArchive archive;
    private ClusterTime end;

    @BeforeEach
    void archiveACluster() {
        workload = new ClusterWorkload(ServerVersion.V8_0, 31);
        workload.run(80);
        archive = new TestArchive(folder);
        targets = new ServerTargets(workload);
        end = ClusterTime.MAX;
        for (SimulatedReplicaSet set : workload.cluster.replicaSets().values()) {
            List<OplogEntry> oplog =
                    set.oplog().stream().map(e -> OplogEntry.of(BsonFiles.raw(e))).toList();
            archive.slices(set.name(), role(set), ClusterTime.ZERO, oplog);
            end = ClusterTime.min(end, oplog.get(oplog.size() - 1).clusterTime());
        }
    }

    @AfterEach
    void close() {
        targets.close();
        archive.close();
        workload.close();
    }

    @Test
    void noDocumentExpiresDuringARestoreAndExpiryGoesOnAfterwards() {
        targets.all().forEach(t -> t.setParameter("ttlMonitorEnabled", BsonBoolean.TRUE));
        List<Boolean> during = new ArrayList<>();

        restore(
                new RestoreProgress() {
                    @Override
                    public void phase(Phase phase) {
                        if (phase == Phase.BASE || phase == Phase.VERIFY) {
                            targets.all().forEach(t -> during.add(expires(t)));
                        }
                    }
                });

        assertThat(during).hasSize(2 * targets.all().size()).containsOnly(false);
        assertThat(targets.all()).allMatch(TargetUpkeepTest::expires);
    }

    @Test
    void expiryGoesOnAfterARestoreThatFailedAndTheMarkTellsWhatWasStopped() {
        targets.all().forEach(t -> t.setParameter("ttlMonitorEnabled", BsonBoolean.TRUE));
        becomeACluster();

        assertThatThrownBy(() -> restore(endingAt(RestoreProgress.Phase.DECIDE)))
                .hasMessage("cut off");

        assertThat(targets.all()).allMatch(TargetUpkeepTest::expires);
        assertThat(balancer()).contains(stopped());
        ClusterTime another = end.previous();
        assertThatThrownBy(() -> restore(another, RestoreProgress.silent()))
                .isInstanceOfSatisfying(
                        RestoreException.TargetRefused.class,
                        e -> assertThat(e.exitCode()).isEqualTo(4))
                .hasMessageContaining("an earlier restore (of cluster test to " + end)
                .hasMessageContaining("its parameter ttlMonitorEnabled was true")
                .hasMessageContaining("was cut off at " + end)
                .hasMessageContaining("the time is " + end + " there and " + another + " here")
                .hasMessageContaining("--restart");
        assertThat(targets.all()).allMatch(TargetUpkeepTest::expires);
    }

    @Test
    void whatWasStoppedGoesOnWhenTheRestoreIsRunAgainAndEnds() {
        targets.all().forEach(t -> t.setParameter("ttlMonitorEnabled", BsonBoolean.TRUE));
        becomeACluster();
        assertThatThrownBy(() -> restore(endingAt(RestoreProgress.Phase.VERIFY)))
                .hasMessage("cut off");
        // As a process that is killed leaves it.
        targets.all().forEach(t -> t.setParameter("ttlMonitorEnabled", BsonBoolean.FALSE));

        RestoreReport report = restore(RestoreProgress.silent());

        assertThat(report.verified()).isTrue();
        assertThat(balancer()).contains(BALANCER);
        assertThat(targets.all()).allMatch(TargetUpkeepTest::expires);
        targets.requireSame(end.toBson());
    }

    @Test
    void anotherRestoreMayTakeBackWhatTheOneThatWasCutOffHasDone() {
        assertThatThrownBy(() -> restore(endingAt(RestoreProgress.Phase.VERIFY)))
                .hasMessage("cut off");

        RestoreReport report =
                Restore.run(
                        new RestoreRequest(
                                archive.store(),
                                io.tidemark.storage.frames.FrameKeys.NONE,
                                TestArchive.CLUSTER,
                                end.previous(),
                                targets.uris(),
                                RestoreOptions.defaults().restarting(true)),
                        RestoreProgress.silent());

        assertThat(report.verified()).isTrue();
        targets.requireSame(end.previous().toBson());
        assertThat(identities()).hasSize(workload.cluster.shards().size());
    }

    @Test
    void whatEndsARestoreBehindItsFirstWriteSaysThatItCanGoOn() {
        RestoreException full = RestoreException.TargetRefused.ofCommand("disk full", null);
        RestoreException lost = new RestoreException.Unreachable("lost", null);
        RestoreException advised = new RestoreException.TargetRefused("do something else");

        assertThat(endedBy(full, RestoreProgress.Phase.GUARD).isMidway()).isFalse();
        assertThat(endedBy(advised, RestoreProgress.Phase.BASE).isMidway()).isFalse();
        assertThat(endedBy(full, RestoreProgress.Phase.BASE).isMidway()).isTrue();
        assertThat(endedBy(lost, RestoreProgress.Phase.VERIFY).isMidway()).isTrue();

        assertThat(restore(RestoreProgress.silent()).verified()).isTrue();
        targets.requireSame(end.toBson());
    }

    private RestoreException endedBy(RestoreException why, RestoreProgress.Phase last) {
        return catchThrowableOfType(RestoreException.class, () -> restore(endingAt(last, why)));
    }

    private static RestoreProgress endingAt(RestoreProgress.Phase last) {
        return endingAt(last, new IllegalStateException("cut off"));
    }

    private static RestoreProgress endingAt(RestoreProgress.Phase last, RuntimeException why) {
        return new RestoreProgress() {
            @Override
            public void phase(Phase phase) {
                if (phase == last) {
                    throw why;
                }
            }
        };
    }

    @Test
    void theBalancerOfARunningClusterStopsAndGoesOnWithItsOwnSettings() {
        becomeACluster();
        List<Document> during = new ArrayList<>();

        RestoreReport report =
                restore(
                        new RestoreProgress() {
                            @Override
                            public void phase(Phase phase) {
                                if (phase == Phase.BASE || phase == Phase.VERIFY) {
                                    during.add(balancer().orElseThrow());
                                }
                            }
                        });

        assertThat(during).containsExactly(stopped(), stopped());
        assertThat(balancer()).contains(BALANCER);
        assertThat(report.warnings()).anyMatch(w -> w.contains("flushRouterConfig"));
        assertThat(documents(targets.of(config()), "config.chunks")).isNotEmpty();
        assertThat(identities()).isEmpty();
    }

    @Test
    void replicaSetsOfNoClusterAreToldWhichShardTheyAre() {
        RestoreReport report = restore(RestoreProgress.silent());

        Document version = documents(targets.of(config()), "config.version").get(0);
        Map<String, Document> wanted = new TreeMap<>();
        workload.cluster
                .shards()
                .forEach(
                        (id, set) ->
                                wanted.put(
                                        set.name(),
                                        new Document("_id", "shardIdentity")
                                                .append("shardName", id)
                                                .append("clusterId", version.get("clusterId"))
                                                .append(
                                                        "configsvrConnectionString",
                                                        targets.of(config()).connectionString())));
        assertThat(identities()).isEqualTo(wanted);
        assertThat(documents(targets.of(config()), "config.shards"))
                .extracting(shard -> shard.getString("host"))
                .allMatch(host -> host.startsWith("new-"));
        assertThat(report.warnings()).anyMatch(w -> w.contains("balancer is stopped"));
    }

    private RestoreReport restore(RestoreProgress progress) {
        return restore(end, progress);
    }

    private RestoreReport restore(ClusterTime to, RestoreProgress progress) {
        return Restore.run(
                new RestoreRequest(archive.store(), TestArchive.CLUSTER, to, targets.uris()),
                progress);
    }

    private ReplicaSetRole role(SimulatedReplicaSet set) {
        return workload.cluster.shards().entrySet().stream()
                .filter(shard -> shard.getValue() == set)
                .map(shard -> ReplicaSetRole.shard(shard.getKey()))
                .findFirst()
                .orElse(ReplicaSetRole.CONFIG_SERVER);
    }

    private String config() {
        return workload.cluster.replicaSets().values().stream()
                .filter(set -> role(set) == ReplicaSetRole.CONFIG_SERVER)
                .map(SimulatedReplicaSet::name)
                .findFirst()
                .orElseThrow();
    }

    /** The config servers' target knows the shards' targets by the archive's ids. */
    private void becomeACluster() {
        try (MongoClient client = MongoClients.create(targets.of(config()).uri())) {
            var database = client.getDatabase("config");
            workload.cluster
                    .shards()
                    .forEach(
                            (id, set) ->
                                    database.getCollection("shards")
                                            .insertOne(
                                                    new Document("_id", id)
                                                            .append(
                                                                    "host",
                                                                    targets.of(set.name())
                                                                            .connectionString())));
            database.getCollection("settings").insertOne(BALANCER);
        }
    }

    private Optional<Document> balancer() {
        return documents(targets.of(config()), "config.settings").stream()
                .filter(d -> d.get("_id").equals("balancer"))
                .findFirst();
    }

    private static Document stopped() {
        Document stopped = new Document(BALANCER);
        stopped.put("mode", "off");
        stopped.put("stopped", true);
        return stopped;
    }

    private Map<String, Document> identities() {
        Map<String, Document> found = new TreeMap<>();
        for (SimulatedReplicaSet set : workload.cluster.shards().values()) {
            documents(targets.of(set.name()), "admin.system.version").stream()
                    .filter(d -> d.get("_id").equals("shardIdentity"))
                    .forEach(d -> found.put(set.name(), d));
        }
        return found;
    }

    private static boolean expires(SimulatedReplicaSet target) {
        try (MongoClient client = MongoClients.create(target.uri())) {
            Document asked = Document.parse("{getParameter: 1, ttlMonitorEnabled: 1}");
            return client.getDatabase("admin").runCommand(asked).getBoolean("ttlMonitorEnabled");
        }
    }

    private static List<Document> documents(SimulatedReplicaSet target, String namespace) {
        int dot = namespace.indexOf('.');
        try (MongoClient client = MongoClients.create(target.uri())) {
            return client.getDatabase(namespace.substring(0, dot))
                    .getCollection(namespace.substring(dot + 1))
                    .find()
                    .into(new ArrayList<>());
        }
    }
}
