package io.tidemark.capture.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.capture.operation.ShareState.Amount;
import io.tidemark.schemas.model.ReplicaSet;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What every {@link OperationStates} keeps. */
abstract class OperationStatesContract {
    private static final OperationId ID = new OperationId("first");
    private static final ReplicaSet RS0 = new ReplicaSet("rs0");
    private static final ControlCommand REQUEST =
            new ControlCommand(
                    ID, OperationKind.SNAPSHOT, Map.of("method", "fuzzy", "a.b", "$x"), 12);

    /** Fresh ones in each test. */
    abstract OperationStates states() throws Exception;

    @Test
    void whatWasSavedIsFoundInEveryField() throws Exception {
        OperationStates states = states();
        OperationState state =
                waiting(5).running(Map.of("readAt", "1:2")).done(Map.of("documents", "7"));
        states.create(waiting(5));
        states.save(state);
        ShareState claimed = states.claim(ID, RS0, "a", 6);
        ShareState share =
                claimed.at(new Amount(1, 1L << 40), new Amount(3, 4))
                        .remembering("start", "9:1")
                        .failed("no luck", false);
        states.save(share);
        Candidate candidate = new Candidate(ID, RS0, "host.example-1#2", false, "it lags");
        states.tell(candidate);

        assertThat(states.find(ID)).contains(state);
        assertThat(states.shares(ID)).containsExactly(Map.entry(RS0, share));
        assertThat(states.candidates(ID)).containsExactly(candidate);
    }

    @Test
    void nothingIsKnownOfAnotherOperation() throws Exception {
        OperationStates states = states();
        states.create(waiting(1));
        states.claim(ID, RS0, "a", 1);
        OperationId other = new OperationId("firs");

        assertThat(states.find(other)).isEmpty();
        assertThat(states.shares(other)).isEmpty();
        assertThat(states.candidates(other)).isEmpty();
        assertThat(states.isCancelAsked(other)).isFalse();
    }

    @Test
    void anOperationIsCreatedOnce() throws Exception {
        OperationStates states = states();

        assertThat(states.create(waiting(1))).isTrue();
        assertThat(states.create(OperationState.refused(REQUEST, "held", "b"))).isFalse();
        assertThat(states.find(ID)).contains(waiting(1));
    }

    @Test
    void aFormerLeaderChangesNothing() throws Exception {
        OperationStates states = states();
        states.create(waiting(1));
        states.save(waiting(1).ledBy("b", 2));

        assertThatThrownBy(() -> states.save(waiting(1).running(Map.of("x", "y"))))
                .isInstanceOf(FencedException.class);
        assertThat(states.find(ID)).contains(waiting(1).ledBy("b", 2));
    }

    @Test
    void whoHadAShareBeforeItsNewOwnerChangesNothing() throws Exception {
        OperationStates states = states();
        ShareState before = states.claim(ID, RS0, "a", 1);
        states.save(before.remembering("start", "1:1"));

        ShareState after = states.claim(ID, RS0, "b", 2);

        assertThat(after.remembered()).containsEntry("start", "1:1");
        assertThat(after.owner()).isEqualTo("b");
        assertThatThrownBy(() -> states.save(before.done(Map.of())))
                .isInstanceOf(FencedException.class);
        assertThatThrownBy(() -> states.claim(ID, RS0, "a", 1)).isInstanceOf(FencedException.class);
        assertThat(states.shares(ID).get(RS0)).isEqualTo(after);
    }

    @Test
    void aShareThatIsDoneStaysDoneForItsNextOwner() throws Exception {
        OperationStates states = states();
        states.save(states.claim(ID, RS0, "a", 1).done(Map.of("usableFrom", "3:3")));

        ShareState next = states.claim(ID, RS0, "b", 2);

        assertThat(next.phase()).isEqualTo(OperationPhase.DONE);
        assertThat(next.facts()).containsEntry("usableFrom", "3:3");
    }

    @Test
    void aWishToCancelIsKept() throws Exception {
        OperationStates states = states();
        assertThat(states.isCancelAsked(ID)).isFalse();

        states.askToCancel(ID);
        states.askToCancel(ID);

        assertThat(states.isCancelAsked(ID)).isTrue();
    }

    @Test
    void oldOperationsThatEndedAreForgottenButForTheNewest() throws Exception {
        OperationStates states = states();
        OperationId old = ended(states, "old", 1_000);
        OperationId newest = ended(states, "newest", 4_000);
        OperationId next = ended(states, "next", 3_000);
        OperationId young = ended(states, "young", 2_500);
        states.create(waiting(1));
        assertThat(states.hasEnded(old)).isTrue();
        assertThat(states.hasEnded(ID)).isFalse();

        states.forget(Instant.ofEpochMilli(2_500), 2);

        assertThat(states.find(old)).isEmpty();
        assertThat(states.hasEnded(old)).isFalse();
        assertThat(states.shares(old)).isEmpty();
        assertThat(states.candidates(old)).isEmpty();
        assertThat(states.isCancelAsked(old)).isFalse();
        for (OperationId stays : List.of(newest, next, young)) {
            assertThat(states.find(stays)).isPresent();
            assertThat(states.shares(stays)).hasSize(1);
        }
        assertThat(states.find(ID)).as("it has not ended").isPresent();
    }

    /** With all that can be known of one. */
    private static OperationId ended(OperationStates states, String id, long issuedMillis) {
        ControlCommand request =
                new ControlCommand(
                        new OperationId(id), OperationKind.SNAPSHOT, Map.of(), issuedMillis);
        OperationState waiting = OperationState.waiting(request, List.of(RS0), "a", 1);
        states.create(waiting.ended(OperationPhase.FAILED, "no luck"));
        states.claim(request.id(), RS0, "a", 1);
        states.tell(new Candidate(request.id(), RS0, "a", true, "fine"));
        states.askToCancel(request.id());
        return request.id();
    }

    private static OperationState waiting(long token) {
        return new OperationState(
                REQUEST,
                OperationPhase.WAITING,
                List.of(RS0, new ReplicaSet("config.1")),
                Map.of(),
                Map.of(),
                Optional.empty(),
                "a",
                token);
    }
}
