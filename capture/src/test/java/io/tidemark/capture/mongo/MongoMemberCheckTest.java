package io.tidemark.capture.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.mongodb.ConnectionString;
import io.tidemark.capture.operation.MemberCheck;
import io.tidemark.capture.shards.SourceSet;
import io.tidemark.capture.tail.MemberRole;
import io.tidemark.capture.tail.ReadPreferences;
import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import io.tidemark.embedded.mongo.SteppedClock;
import io.tidemark.schemas.model.ReplicaSet;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which member an operation reads: members 0 primary, 1 secondary, 2 hidden. */
class MongoMemberCheckTest {
    private static final ReadPreferences ANY =
            new ReadPreferences(Map.of(), Duration.ofSeconds(90), true);
    private final SteppedClock clock = SteppedClock.at(1_790_000_000L);
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    /** After so long without an answer a member is taken for one that is down. */
    private static final Duration UNTIL_IT_IS_DOWN = Duration.ofMillis(700);

    private Duration timeout = PATIENCE;
    private SimulatedReplicaSet set;

    @BeforeEach
    void start() {
        set =
                SimulatedReplicaSet.builder("rs0")
                        .members(2)
                        .hiddenMember(Map.of("use", "backup"))
                        .clock(clock)
                        .manualTicks()
                        .start();
    }

    @AfterEach
    void stop() {
        set.close();
    }

    @Test
    void aHiddenMemberComesFirst() {
        assertThat(suitable(ANY)).isEqualTo(set.member(2).address());
    }

    @Test
    void withoutAHiddenOneASecondaryComesBeforeThePrimary() {
        kill(2);

        eventually(() -> assertThat(suitable(ANY)).isEqualTo(set.member(1).address()));
    }

    @Test
    void thePrimaryIsReadIfNobodyElseCanBe() {
        kill(1);
        kill(2);

        eventually(() -> assertThat(suitable(ANY)).isEqualTo(set.member(0).address()));
        ReadPreferences spared = new ReadPreferences(Map.of(), Duration.ofSeconds(90), false);
        eventually(() -> assertThat(unsuitable(spared)).contains("source.read.primary forbids"));
    }

    @Test
    void aMemberTooFarBehindIsLeftOut() {
        set.member(2).pauseReplication();
        set.member(1).pauseReplication();
        clock.advance(Duration.ofSeconds(200));
        set.primary().periodicNoop();
        set.member(1).resumeReplication();
        set.tick();

        assertThat(suitable(ANY)).isEqualTo(set.member(1).address());
    }

    @Test
    void wantedTagsComeBeforeAllElse() {
        set.close();
        set =
                SimulatedReplicaSet.builder("rs0")
                        .members(1)
                        .hiddenMember(Map.of())
                        .hiddenMember(Map.of("use", "backup"))
                        .clock(clock)
                        .manualTicks()
                        .start();
        ReadPreferences tagged =
                new ReadPreferences(Map.of("use", "backup"), Duration.ofSeconds(90), true);

        assertThat(suitable(tagged)).isEqualTo(set.member(2).address());
    }

    @Test
    void anAgentBesideAMemberReadsThatOne() {
        MemberCheck.Verdict verdict = look(ANY, Optional.of(set.member(1).address()));

        assertThat(verdict).isInstanceOf(MemberCheck.Suitable.class);
        assertThat(((MemberCheck.Suitable) verdict).member().address())
                .isEqualTo(set.member(1).address());
        assertThat(((MemberCheck.Suitable) verdict).member().role())
                .isEqualTo(MemberRole.SECONDARY);
    }

    private void kill(int member) {
        set.kill(member);
        timeout = UNTIL_IT_IS_DOWN;
    }

    /** On a machine that stands still for so long, the others seem to be down too. */
    private static void eventually(ThrowingRunnable wanted) {
        await().atMost(PATIENCE).untilAsserted(wanted);
    }

    private String suitable(ReadPreferences preferences) {
        MemberCheck.Verdict verdict = look(preferences, Optional.empty());
        assertThat(verdict).as(verdict.toString()).isInstanceOf(MemberCheck.Suitable.class);
        return ((MemberCheck.Suitable) verdict).member().address();
    }

    private String unsuitable(ReadPreferences preferences) {
        MemberCheck.Verdict verdict = look(preferences, Optional.empty());
        assertThat(verdict).isInstanceOf(MemberCheck.Unsuitable.class);
        return verdict.toString();
    }

    private MemberCheck.Verdict look(ReadPreferences preferences, Optional<String> own) {
        MongoAccess access = new MongoAccess(new ConnectionString(set.uri()), timeout);
        SourceSet source =
                new SourceSet(
                        new ReplicaSet("rs0"),
                        Optional.of("shard0"),
                        false,
                        List.of(set.member(0).address()));
        try (MongoMemberCheck check = new MongoMemberCheck(access, preferences, own)) {
            check.look(source);
            await().pollInterval(Duration.ofMillis(20))
                    .atMost(PATIENCE)
                    .until(() -> !check.look(source).toString().contains("not been looked at yet"));
            return check.look(source);
        }
    }
}
