package io.tidemark.restore.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.restore.BsonFiles;
import io.tidemark.restore.Replacement;
import io.tidemark.restore.RestoreException;
import io.tidemark.restore.config.ClusterMetadata;
import io.tidemark.restore.config.ShardNames;
import io.tidemark.restore.plan.ReplicaSetPlan;
import io.tidemark.restore.replay.DocumentId;
import io.tidemark.restore.replay.DocumentWrite;
import io.tidemark.restore.replay.MemoryTarget;
import io.tidemark.restore.target.TargetCondition;
import io.tidemark.restore.target.TargetFacts;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.model.Namespace;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.storage.catalogue.ArchivedReplicaSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Versions and room, as far as base and target tell. */
final class TargetGuardTest {
    private static final ReplicaSetPlan PLAN =
            new ReplicaSetPlan(
                    new ArchivedReplicaSet(
                            new ClusterName("shop"), Incarnation.UNKNOWN, new ReplicaSet("rs0")),
                    Optional.empty(),
                    Optional.empty(),
                    ClusterTime.ZERO,
                    List.of(),
                    ClusterTime.ZERO);

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "an older server,           6.0.9,  6.0, 7.0.1, 6.0, it runs MongoDB 6.0.9",
        "a feature version too low, 8.0.1,  7.0, 8.0.4, 8.0, its featureCompatibilityVersion is"
                + " 7.0",
        "a minor one too low,       4.4.2,  4.2, 4.4.2, 4.4, its featureCompatibilityVersion is"
                + " 4.2",
        "two digits,                9.0.0,  9.0, 10.0,  9.0, it runs MongoDB 9.0.0",
    })
    void refuses(
            String name,
            String version,
            String features,
            String sourceVersion,
            String sourceFeatures,
            String reason) {
        assertThatThrownBy(() -> check(version, features, 1_000, sourceVersion, sourceFeatures, 10))
                .isInstanceOf(RestoreException.TargetRefused.class)
                .hasMessageContaining(reason)
                .hasMessageContaining("Nothing was written");
    }

    @Test
    void refusesAVolumeThatCantHoldTheBase() {
        assertThatThrownBy(() -> check("8.0.4", "8.0", 999, "8.0.4", "8.0", 1_000))
                .isInstanceOf(RestoreException.TargetRefused.class)
                .hasMessageContaining("999 bytes free, and the base alone has 1000");
    }

    @Test
    void refusesAVolumeThatCantHoldTheCopiesOfWhatIsKeptAsWell() {
        List<String> reasons = new ArrayList<>();

        TargetGuard.checkRoom(facts("8.0.4", free(1_500)), 1_000, 500, reasons);
        assertThat(reasons).isEmpty();
        TargetGuard.checkRoom(facts("8.0.4", free(1_500)), 1_000, 501, reasons);
        assertThat(reasons).hasSize(1).first().asString().contains("keeps take 501 more");
    }

    @Test
    void refusesShardedTimeSeriesInARunningClusterOnly() {
        MemoryTarget config = new MemoryTarget();
        put(config, "config.shards", "{_id: 'a', host: 'a/h:1'}");
        put(config, "config.shards", "{_id: 'b', host: 'b/h:2'}");
        put(config, "config.collections", "{_id: 'db.system.buckets.heat', key: {meta: 1}}");
        TargetGuard guard = guard(new ClusterMetadata(config));
        SourceNeeds nothing = new SourceNeeds(Optional.empty(), Optional.empty(), 0);

        assertThatThrownBy(() -> require(guard.look(PLAN, shard(Optional.of("a")), nothing)))
                .isInstanceOf(RestoreException.TargetRefused.class)
                .hasMessageContaining("db.system.buckets.heat) can't get one UUID");
        assertThatCode(() -> require(guard.look(PLAN, shard(Optional.empty()), nothing)))
                .doesNotThrowAnyException();
    }

    private static void put(MemoryTarget target, String namespace, String document) {
        Namespace name = Namespace.of(namespace);
        RawDocument raw = BsonFiles.json(document);
        if (!target.collections().containsKey(name)) {
            target.create(name, Optional.empty(), BsonFiles.json("{}"));
        }
        target.write(name, List.of(new DocumentWrite.Put(DocumentId.ofDocument(raw), raw, true)));
    }

    @Test
    void takesEqualAndNewerOnesAndWhatNobodyTells() {
        assertThatCode(() -> check("8.0.1", "8.0", 1_000, "8.0.4", "8.0", 1_000))
                .doesNotThrowAnyException();
        assertThatCode(() -> check("8.0.1", "7.0", 1_000, "5.0.4", "4.4", 0))
                .doesNotThrowAnyException();
        assertThatCode(
                        () ->
                                require(
                                        guard(ClusterMetadata.none())
                                                .look(
                                                        PLAN,
                                                        facts(
                                                                "9.0.0-alpha0",
                                                                TargetCondition.UNKNOWN),
                                                        new SourceNeeds(
                                                                Optional.empty(),
                                                                Optional.empty(),
                                                                1))))
                .doesNotThrowAnyException();
    }

    private static void check(
            String version,
            String features,
            long free,
            String sourceVersion,
            String sourceFeatures,
            long bytes) {
        TargetCondition condition = condition(features, free);
        require(
                guard(ClusterMetadata.none())
                        .look(
                                PLAN,
                                facts(version, condition),
                                new SourceNeeds(
                                        Optional.of(sourceVersion),
                                        Optional.of(sourceFeatures),
                                        bytes)));
    }

    private static TargetCondition free(long bytes) {
        return condition("8.0", bytes);
    }

    private static TargetCondition condition(String features, long free) {
        return new TargetCondition(
                Optional.of(true),
                Optional.of(features),
                OptionalLong.of(free),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                false);
    }

    private static void require(TargetOutlook outlook) {
        TargetOutlook.require(List.of(outlook));
    }

    private static TargetGuard guard(ClusterMetadata metadata) {
        return new TargetGuard(
                new SourceCluster(metadata, Set.of(), ShardNames.same(), Set.of()),
                Replacement.NONE);
    }

    private static TargetFacts shard(Optional<String> identity) {
        return facts("8.0.1", TargetCondition.UNKNOWN, identity);
    }

    private static TargetFacts facts(String version, TargetCondition condition) {
        return facts(version, condition, Optional.empty());
    }

    private static TargetFacts facts(
            String version, TargetCondition condition, Optional<String> identity) {
        return new TargetFacts(
                "new:1",
                List.of("new:1"),
                Optional.of("new"),
                version,
                true,
                List.of(),
                identity,
                List.of(),
                List.of(),
                0,
                true,
                condition,
                Optional.empty());
    }
}
