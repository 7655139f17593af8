package io.tidemark.capture.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.mongodb.ConnectionString;
import io.tidemark.capture.Platform;
import io.tidemark.capture.tail.MemberRole;
import io.tidemark.capture.tail.OplogMember;
import io.tidemark.capture.tail.OplogMembers;
import io.tidemark.capture.tail.OplogSource;
import io.tidemark.capture.tail.OplogSourceContract;
import io.tidemark.capture.tail.ReadPreferences;
import io.tidemark.capture.tail.SourceRefusedException;
import io.tidemark.capture.tail.SourceUnavailableException;
import io.tidemark.embedded.mongo.CommandFailure;
import io.tidemark.embedded.mongo.ErrorCode;
import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.bson.BsonTimestamp;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The driver's source against a simulated set over TCP. */
class MongoOplogSourceTest extends OplogSourceContract {
    /** A busy machine may be slow: only what never comes fails. */
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private SimulatedReplicaSet set;

    @Override
    protected OplogSource create() {
        set = SimulatedReplicaSet.builder("rs0").members(3).noopInterval(Duration.ZERO).start();
        return source(ReadPreferences.DEFAULTS, "rs0");
    }

    private OplogSource source(ReadPreferences preferences, String name) {
        return source(preferences, name, PATIENCE);
    }

    /** Where a member is down, that is known when the time is over. */
    private OplogSource impatientSource() {
        return source(ReadPreferences.DEFAULTS, "rs0", Duration.ofSeconds(2));
    }

    private OplogSource source(ReadPreferences preferences, String name, Duration timeout) {
        MongoAccess access = new MongoAccess(new ConnectionString(set.uri()), timeout);
        return new MongoOplogSource(
                new ReplicaSet(name), access.seeds(), access, preferences, CursorSettings.DEFAULTS);
    }

    @AfterEach
    void closeSet() {
        set.close();
    }

    @Override
    protected void write(int count) {
        for (int i = 0; i < count; i++) {
            set.primary().periodicNoop();
        }
    }

    @Override
    protected void writeWithoutMajority(int count) {
        set.member(1).pauseReplication();
        set.member(2).pauseReplication();
        write(count);
    }

    @Override
    protected void replicate() {
        set.member(1).resumeReplication();
        set.member(2).resumeReplication();
    }

    @Override
    protected void keepOnly(int newest) {
        List<BsonTimestamp> times = Platform.times(set.oplog());
        set.truncateOplogBefore(times.get(times.size() - newest));
    }

    @Override
    protected List<ClusterTime> oplog() {
        return Platform.times(set.oplog()).stream().map(ClusterTime::of).toList();
    }

    @Test
    void aHiddenMemberComesBeforeOthersAndTagsBeforeThat() {
        set.close();
        set =
                SimulatedReplicaSet.builder("rs0")
                        .members(2)
                        .hiddenMember(Map.of())
                        .hiddenMember(Map.of("use", "backup"))
                        .start();
        try (OplogSource byRole = source(ReadPreferences.DEFAULTS, "rs0");
                OplogSource byTag =
                        source(
                                new ReadPreferences(
                                        Map.of("use", "backup"), Duration.ofSeconds(90), true),
                                "rs0")) {
            assertThat(byRole.members().readable())
                    .extracting(OplogMember::role)
                    .containsExactly(
                            MemberRole.HIDDEN,
                            MemberRole.HIDDEN,
                            MemberRole.SECONDARY,
                            MemberRole.PRIMARY);
            assertThat(byTag.members().readable().get(0).address())
                    .isEqualTo(set.member(3).address());
        }
    }

    @Test
    void aPrimaryIsNotReadWhereThatIsForbidden() {
        ReadPreferences never = new ReadPreferences(Map.of(), Duration.ofSeconds(90), false);
        try (OplogSource source = source(never, "rs0")) {
            assertThat(source.members().readable())
                    .extracting(OplogMember::role)
                    .containsExactly(MemberRole.SECONDARY, MemberRole.SECONDARY);
        }
    }

    @Test
    void aMemberThatIsDownIsNamedWithTheReason() {
        set.member(2).kill();
        try (OplogSource source = impatientSource()) {
            // On a machine that stands still the others seem to be down too.
            await().atMost(PATIENCE)
                    .untilAsserted(
                            () -> {
                                OplogMembers members = source.members();
                                assertThat(members.readable()).hasSize(2);
                                assertThat(members.others())
                                        .containsEntry(set.member(2).address(), "can't be reached");
                            });
        }
    }

    @Test
    void aMissingPrivilegeIsNamed() {
        set.onCommand(
                "replSetGetConfig",
                command -> {
                    throw new CommandFailure(ErrorCode.Unauthorized, "not authorized on admin");
                });
        try (OplogSource source = source(ReadPreferences.DEFAULTS, "rs0")) {
            assertThatThrownBy(source::incarnation)
                    .isInstanceOf(SourceRefusedException.class)
                    .hasMessageContaining("clusterMonitor")
                    .hasMessageContaining("source.uri");
        }
    }

    @Test
    void anotherReplicaSetThanTheOneMeantIsRefused() {
        try (OplogSource source = source(ReadPreferences.DEFAULTS, "rs7")) {
            assertThatThrownBy(source::incarnation)
                    .isInstanceOf(SourceRefusedException.class)
                    .hasMessageContaining("rs0")
                    .hasMessageContaining("rs7");
        }
    }

    @Test
    void nobodyThereIsToldWithTheAddressesAsked() {
        set.killAll();
        try (OplogSource source = impatientSource()) {
            assertThatThrownBy(source::incarnation)
                    .isInstanceOf(SourceUnavailableException.class)
                    .hasMessageContaining(set.member(0).address());
        }
    }
}
