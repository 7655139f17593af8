package io.tidemark.capture.operation;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.capture.schedule.ScheduledOrders;
import io.tidemark.capture.schedule.SnapshotSchedule;
import io.tidemark.capture.schedule.SnapshotWishes;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The commands that agents give themselves, each over the same states. */
class ScheduledOrdersTest {
    private static final Instant DUE = Instant.parse("2026-11-20T02:00:00Z");
    private static final String ID = "scheduled-20261120T020000Z";
    private final OperationStates states = new InMemoryOperationStates();
    private Instant now = DUE.plusSeconds(1);

    private final OperationClock clock =
            new OperationClock() {
                @Override
                public long nanoTime() {
                    return now.toEpochMilli() * 1_000_000;
                }

                @Override
                public long millis() {
                    return now.toEpochMilli();
                }
            };

    private final ScheduledOrders one = orders();
    private final ScheduledOrders two = orders();

    private ScheduledOrders orders() {
        ControlTopic silent =
                new ControlTopic() {
                    @Override
                    public List<Order> poll() {
                        return List.of();
                    }

                    @Override
                    public void close() {
                        // Nothing is open.
                    }
                };
        return new ScheduledOrders(
                silent,
                new SnapshotWishes(
                        SnapshotSchedule.parse(SnapshotSchedule.DAILY).orElseThrow(),
                        Duration.ofHours(6),
                        Optional::empty,
                        Optional::empty),
                states,
                clock);
    }

    private static List<String> ids(ScheduledOrders orders) {
        return orders.poll().stream()
                .map(order -> ((ControlTopic.Begin) order).command().id().text())
                .toList();
    }

    private void end(String id, OperationPhase phase) {
        OperationState begun =
                OperationState.waiting(
                        new ControlCommand(
                                new OperationId(id), OperationKind.SNAPSHOT, Map.of(), 0),
                        List.of(),
                        "agent",
                        1);
        states.create(begun);
        states.save(
                phase == OperationPhase.DONE
                        ? begun.running(Map.of()).done(Map.of())
                        : begun.ended(phase, "for the test"));
    }

    @Test
    void everyAgentGivesTheSameOrderAndNoneWhenItIsDone() {
        assertThat(ids(one)).containsExactly(ID);
        assertThat(ids(two)).containsExactly(ID);
        now = now.plus(Duration.ofMinutes(2));
        assertThat(ids(one)).as("nobody has begun it yet").containsExactly(ID);

        end(ID, OperationPhase.DONE);
        now = now.plus(Duration.ofMinutes(2));

        assertThat(ids(one)).isEmpty();
        assertThat(ids(two)).isEmpty();
        assertThat(ids(orders())).as("an agent that begins now").isEmpty();
        now = DUE.plus(Duration.ofDays(1));
        assertThat(ids(one)).containsExactly("scheduled-20261121T020000Z");
    }

    @Test
    void whatWasRefusedOrFailedIsTriedAgainSomeTimes() {
        end(ID, OperationPhase.REFUSED);
        assertThat(ids(one)).isEmpty();
        now = DUE.plus(Duration.ofMinutes(10));
        assertThat(ids(one)).containsExactly(ID + "-1");

        end(ID + "-1", OperationPhase.FAILED);
        now = DUE.plus(Duration.ofMinutes(20));
        assertThat(ids(two)).containsExactly(ID + "-2");

        for (int attempt = 2; attempt < 6; attempt++) {
            end(ID + "-" + attempt, OperationPhase.FAILED);
        }
        now = DUE.plus(Duration.ofHours(3));
        assertThat(ids(one)).isEmpty();
    }

    @Test
    void whatAnOperatorCancelledIsNotBegunAgain() {
        end(ID, OperationPhase.CANCELLED);
        now = DUE.plus(Duration.ofHours(1));

        assertThat(ids(one)).isEmpty();
    }
}
