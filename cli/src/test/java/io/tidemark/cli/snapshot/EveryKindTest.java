package io.tidemark.cli.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import io.tidemark.capture.snapshot.SnapshotSettings;
import io.tidemark.embedded.mongo.ServerVersion;
import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import io.tidemark.embedded.mongo.sharding.SimulatedCluster;
import io.tidemark.restore.ExternalBase;
import io.tidemark.restore.Restore;
import io.tidemark.restore.RestoreException;
import io.tidemark.restore.RestoreOptions;
import io.tidemark.restore.RestoreProgress;
import io.tidemark.restore.RestoreRequest;
import io.tidemark.restore.Safety;
import io.tidemark.restore.report.RestoreReport;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.storage.base.BaseManifest;
import io.tidemark.storage.catalogue.Catalogue;
import io.tidemark.storage.frames.FrameKeys;
import io.tidemark.storage.object.InMemoryObjectStore;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.bson.BsonDocument;
import org.bson.RawBsonDocument;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Whatever kinds of collections, indexes and accounts a cluster holds: a snapshot of it, restored
 * into a new cluster over the wire, tells every client the same.
 */
final class EveryKindTest {
    private static final long SEED = Long.getLong("tidemark.seed", 20_261_201L);

    /** Some kinds lie in several ranges and parts. */
    private static final SnapshotSettings SMALL = new SnapshotSettings(2, 1024, 2048, 0);

    /** Of a cluster's metadata, what is the same in every cluster that is restored from it. */
    private static final List<String> METADATA =
            List.of("chunks", "collections", "databases", "tags", "version");

    private static final String OPERATOR =
            "{_id: 'admin.operator', user: 'operator', db: 'admin', credentials: {}, roles:"
                    + " [{role: 'root', db: 'admin'}]}";
    private static final String TARGETS_ROOT =
            "{_id: 'admin.root', user: 'root', db: 'admin', credentials: {}, roles: []}";

    @ParameterizedTest
    @CsvSource({"V5_0, 0, auto", "V8_0, 1, auto", "V8_0, 2, fuzzy"})
    void isTheSameAfterSnapshotAndRestore(ServerVersion version, int member, String method)
            throws InterruptedException {
        System.out.println("seed " + SEED);
        try (LivingCluster source = source(version);
                InMemoryObjectStore bucket = new InMemoryObjectStore();
                SimulatedCluster target = target(version)) {
            source.readFrom(member);
            fill(source, version);
            Snapshots snapshots = new Snapshots(source, bucket, new Random(SEED), SMALL);
            Map<String, String> plan = snapshots.plan("base", method);
            snapshots.run("base", plan, SnapshotTrial.NEVER);
            snapshots.complete("base", plan);
            requireVersions(bucket, version);
            new EveryAccount(source.cluster).change();
            try (MongoClient client = client(source.cluster.shards().get("shard0"))) {
                new EveryKind(client).changeSeries();
                new EveryKind(client).change();
            }
            // Single changes are over when nothing more of them has come for ten seconds.
            source.clock.advance(Duration.ofSeconds(20));
            ClusterTime to = ClusterTime.of(source.cluster.noopEverywhere());
            new Oplogs(source, bucket).archive();

            RestoreReport report = restore(bucket, to, target);

            assertThat(report.problems()).isEmpty();
            requireSame(source.cluster, target);
            requireAccounts(source.cluster, target, report);
        }
    }

    /** The targets hold the state of one time; the archive's oplog leads from it to another. */
    @Test
    void isTheSameAfterReplayOverABaseThatTheTargetsHold() throws InterruptedException {
        overHeldBase(
                EveryKind::change,
                (source, volumes, restore) -> {
                    assertThat(restore.call().problems()).isEmpty();
                    for (SimulatedReplicaSet set : source.cluster.shards().values()) {
                        requireSame(set, volumes.of(set.name()));
                    }
                });
    }

    /**
     * Only a volume brings their UUIDs along ({@link HeldVolumesTest}); a restore into the targets,
     * as here, does not.
     */
    @Test
    void timeSeriesWithOtherUuidsAreRefusedNotLeftAsTheyWere() throws InterruptedException {
        overHeldBase(
                EveryKind::changeSeries,
                (source, volumes, restore) ->
                        assertThatThrownBy(restore::call)
                                .isInstanceOf(RestoreException.TargetRefused.class)
                                .hasMessageContaining("kinds.system.buckets.series"));
    }

    private interface Check {
        void run(LivingCluster source, Volumes volumes, Callable<RestoreReport> restore)
                throws Exception;
    }

    private static void overHeldBase(Consumer<EveryKind> changes, Check check)
            throws InterruptedException {
        ServerVersion version = ServerVersion.V8_0;
        try (LivingCluster source = source(version);
                InMemoryObjectStore bucket = new InMemoryObjectStore();
                Volumes volumes = new Volumes(version, source.cluster.replicaSets().keySet())) {
            fill(source, version);
            Snapshots snapshots = new Snapshots(source, bucket, new Random(SEED), SMALL);
            Map<String, String> plan = snapshots.plan("base", "auto");
            snapshots.run("base", plan, SnapshotTrial.NEVER);
            snapshots.complete("base", plan);
            source.clock.advance(Duration.ofSeconds(20));
            ClusterTime held = ClusterTime.of(source.cluster.noopEverywhere());
            source.clock.advance(Duration.ofSeconds(1));
            try (MongoClient client = client(source.cluster.shards().get("shard0"))) {
                changes.accept(new EveryKind(client));
            }
            source.clock.advance(Duration.ofSeconds(20));
            ClusterTime to = ClusterTime.of(source.cluster.noopEverywhere());
            new Oplogs(source, bucket).archive();
            Restore.run(request(bucket, held, volumes.uris()), RestoreProgress.silent());
            volumes.putShardsOf(source.cluster.config());
            ExternalBase base = new ExternalBase(Map.of(ExternalBase.ALL, held), Optional.empty());
            check.run(
                    source,
                    volumes,
                    () ->
                            Restore.run(
                                    request(bucket, to, volumes.uris()).over(base),
                                    RestoreProgress.silent()));
        } catch (InterruptedException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new AssertionError("the restore over what the targets hold failed", e);
        }
    }

    /** Members of each set: a primary, a secondary, a hidden one. */
    static LivingCluster source(ServerVersion version) {
        return LivingCluster.atRest(
                version,
                SEED,
                cluster ->
                        cluster.shards(2)
                                .members(2)
                                .configMembers(2)
                                .eachSet(set -> set.hiddenMember(Map.of())));
    }

    private static SimulatedCluster target(ServerVersion version) {
        SimulatedCluster target =
                SimulatedCluster.builder().version(version).seed(SEED + 1).shards(2).start();
        EveryAccount.insert(target.config(), "system.users", OPERATOR);
        EveryAccount.insert(target.config(), "system.users", TARGETS_ROOT);
        return target;
    }

    static void fill(LivingCluster source, ServerVersion version) {
        router(source, "enableSharding: 'kinds', primaryShard: 'shard0'");
        router(source, "enableSharding: 'sharded', primaryShard: 'shard1'");
        router(source, "shardCollection: 'sharded.zoned', key: {z: 1}");
        router(source, "split: 'sharded.zoned', middle: {z: 10}");
        router(source, "addShardToZone: 'shard1', zone: 'north'");
        router(
                source,
                "updateZoneKeyRange: 'sharded.zoned', min: {z: 10}, max: {z: 20}, zone: 'north'");
        source.cluster
                .config()
                .primary()
                .run(
                        "config",
                        BsonDocument.parse(
                                "{insert: 'settings', documents: [{_id: 'chunksize', value:"
                                        + " 32}]}"));
        new EveryAccount(source.cluster).create();
        try (MongoClient client = client(source.cluster.shards().get("shard0"))) {
            EveryKind kinds = new EveryKind(client);
            kinds.plain();
            kinds.optioned();
            kinds.capped();
            kinds.views();
            kinds.timeSeries();
            if (version.atLeast(ServerVersion.V6_0)) {
                kinds.clustered();
            }
        }
    }

    private static void router(LivingCluster source, String command) {
        BsonDocument reply =
                source.cluster.router().run("admin", BsonDocument.parse("{" + command + "}"));
        assertThat(reply.getNumber("ok").intValue()).as(reply.toJson()).isEqualTo(1);
    }

    static MongoClient client(SimulatedReplicaSet set) {
        return MongoClients.create(set.uri());
    }

    private static void requireVersions(InMemoryObjectStore bucket, ServerVersion version) {
        Catalogue catalogue = new Catalogue(bucket, Snapshots.CLUSTER);
        assertThat(catalogue.bases())
                .hasSize(3)
                .map(place -> BaseManifest.read(bucket, place))
                .allSatisfy(
                        base -> {
                            assertThat(base.serverVersion()).contains(version.release());
                            assertThat(base.featureVersion())
                                    .contains(version.featureCompatibilityVersion());
                        });
    }

    private static RestoreReport restore(
            InMemoryObjectStore bucket, ClusterTime to, SimulatedCluster target) {
        Map<String, String> targets = new TreeMap<>();
        target.replicaSets().forEach((name, set) -> targets.put(name, set.uri()));
        return Restore.run(request(bucket, to, targets), RestoreProgress.silent());
    }

    static RestoreRequest request(
            InMemoryObjectStore bucket, ClusterTime to, Map<String, String> targets) {
        return new RestoreRequest(
                bucket,
                FrameKeys.NONE,
                Snapshots.CLUSTER,
                to,
                targets,
                RestoreOptions.defaults(),
                Safety.DEFAULT);
    }

    private static void requireSame(SimulatedCluster source, SimulatedCluster target) {
        for (String shard : source.shards().keySet()) {
            requireSame(source.shards().get(shard), target.shards().get(shard));
        }
        for (String name : METADATA) {
            boolean own = name.equals("version");
            assertThat(documents(target.config(), "config." + name))
                    .as(name)
                    .isEqualTo(
                            documents(own ? target.config() : source.config(), "config." + name));
        }
        assertThat(documents(target.config(), "config.settings").toString())
                .contains("\"chunksize\", \"value\": 32");
        assertThat(documents(target.config(), "config.shards").toString())
                .contains("\"tags\": [\"north\"]");
    }

    static void requireSame(SimulatedReplicaSet source, SimulatedReplicaSet target) {
        try (MongoClient from = client(source);
                MongoClient into = client(target)) {
            for (String database : List.of(EveryKind.DATABASE, "sharded")) {
                Map<String, String> wanted = Holdings.of(from, database).lines();
                Map<String, String> found = Holdings.of(into, database).lines();
                assertThat(found).containsOnlyKeys(wanted.keySet());
                wanted.forEach((what, value) -> assertThat(found).containsEntry(what, value));
            }
        }
    }

    private static List<String> documents(SimulatedReplicaSet set, String namespace) {
        return set.primary().find(namespace, new BsonDocument(), Optional.empty()).stream()
                .map(RawBsonDocument::toJson)
                .sorted()
                .toList();
    }

    /** The source's users and roles, and those of the target that the source does not have. */
    private static void requireAccounts(
            SimulatedCluster source, SimulatedCluster target, RestoreReport report) {
        source.replicaSets()
                .forEach(
                        (name, set) ->
                                assertThat(
                                                documents(
                                                        target.replicaSets().get(name),
                                                        "admin.system.roles"))
                                        .isEqualTo(documents(set, "admin.system.roles")));
        List<String> users = documents(target.config(), "admin.system.users");
        assertThat(users)
                .containsAll(documents(source.config(), "admin.system.users"))
                .hasSize(documents(source.config(), "admin.system.users").size() + 1)
                .anyMatch(user -> user.contains("\"admin.operator\""));
        assertThat(users.toString()).contains("storedKey").doesNotContain("gone");
        assertThat(report.warnings())
                .anyMatch(
                        w ->
                                w.contains("config keeps users or roles of its own")
                                        && w.contains("admin.operator"))
                .anyMatch(w -> w.contains("[admin.root]") && w.contains("are the source's now"));
        assertThat(report.replicaSets().get("config").collections())
                .containsKeys("admin.system.users", "admin.system.roles");
    }
}
