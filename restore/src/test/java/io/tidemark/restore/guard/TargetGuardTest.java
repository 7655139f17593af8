package io.tidemark.restore.guard;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.restore.RestoreException;
import io.tidemark.restore.config.ClusterMetadata;
import io.tidemark.restore.plan.ReplicaSetPlan;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.storage.catalogue.ArchivedReplicaSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
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
    void takesEqualAndNewerOnesAndWhatNobodyTells() {
        assertThatCode(() -> check("8.0.1", "8.0", 1_000, "8.0.4", "8.0", 1_000))
                .doesNotThrowAnyException();
        assertThatCode(() -> check("8.0.1", "7.0", 1_000, "5.0.4", "4.4", 0))
                .doesNotThrowAnyException();
        assertThatCode(
                        () ->
                                new TargetGuard(ClusterMetadata.none())
                                        .check(
                                                PLAN,
                                                facts("9.0.0-alpha0", TargetCondition.UNKNOWN),
                                                new SourceNeeds(
                                                        Optional.empty(), Optional.empty(), 1)))
                .doesNotThrowAnyException();
    }

    private static void check(
            String version,
            String features,
            long free,
            String sourceVersion,
            String sourceFeatures,
            long bytes) {
        TargetCondition condition =
                new TargetCondition(
                        Optional.of(true),
                        Optional.of(features),
                        OptionalLong.of(free),
                        Optional.empty());
        new TargetGuard(ClusterMetadata.none())
                .check(
                        PLAN,
                        facts(version, condition),
                        new SourceNeeds(
                                Optional.of(sourceVersion), Optional.of(sourceFeatures), bytes));
    }

    private static TargetFacts facts(String version, TargetCondition condition) {
        return new TargetFacts(
                "new:1",
                List.of("new:1"),
                Optional.of("new"),
                version,
                true,
                List.of(),
                Optional.empty(),
                List.of(),
                List.of(),
                0,
                true,
                condition,
                Optional.empty());
    }
}
