package io.tidemark.capture.schedule;

import io.tidemark.capture.operation.ControlCommand;
import io.tidemark.capture.operation.ControlTopic;
import io.tidemark.capture.operation.OperationClock;
import io.tidemark.capture.operation.OperationId;
import io.tidemark.capture.operation.OperationKind;
import io.tidemark.capture.operation.OperationPhase;
import io.tidemark.capture.operation.OperationState;
import io.tidemark.capture.operation.OperationStates;
import io.tidemark.capture.tail.SourceRefusedException;
import io.tidemark.capture.tail.SourceUnavailableException;
import io.tidemark.storage.object.StorageException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The commands that agents hear, and those that they give themselves: every agent gives the same
 * one under the same id, and of several with one id one counts. One that ended without success, or
 * was refused because another operation went on, is tried again some times. One thread.
 */
public final class ScheduledOrders implements ControlTopic {
    private static final Logger LOGGER = LoggerFactory.getLogger(ScheduledOrders.class);
    private static final Duration LOOK = Duration.ofMinutes(1);

    /** What can't be known yet is soon: an agent that starts does not know its replica sets. */
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(5);

    private static final Duration RETRY = Duration.ofMinutes(10);
    private static final int MOST_TRIES = 6;
    private final ControlTopic heard;
    private final SnapshotWishes wishes;
    private final OperationStates states;
    private final OperationClock clock;
    private boolean looked;
    private long lookedNanos;
    private String lastError = "";

    public ScheduledOrders(
            ControlTopic heard,
            SnapshotWishes wishes,
            OperationStates states,
            OperationClock clock) {
        this.heard = heard;
        this.wishes = wishes;
        this.states = states;
        this.clock = clock;
    }

    @Override
    public List<Order> poll() {
        List<Order> orders = new ArrayList<>(heard.poll());
        long now = clock.nanoTime();
        Duration pause = lastError.isEmpty() ? LOOK : LOOK_AGAIN;
        if (!looked || now - lookedNanos >= pause.toNanos()) {
            looked = true;
            lookedNanos = now;
            orders.addAll(due());
        }
        return orders;
    }

    private List<Order> due() {
        List<Order> orders = new ArrayList<>();
        try {
            Instant now = Instant.ofEpochMilli(clock.millis());
            for (SnapshotWishes.Wish wish : wishes.at(now)) {
                order(wish, now).ifPresent(orders::add);
            }
            lastError = "";
        } catch (StorageException | SourceUnavailableException | SourceRefusedException e) {
            String message = String.valueOf(e.getMessage());
            if (!message.equals(lastError)) {
                LOGGER.atWarn()
                        .addKeyValue("error", message)
                        .log("Whether a base snapshot is due can't be known now; trying again");
            }
            lastError = message;
        }
        return orders;
    }

    /** The first try that nobody has made yet, if its time has come. */
    private Optional<Order> order(SnapshotWishes.Wish wish, Instant now) {
        for (int attempt = 0; attempt < MOST_TRIES; attempt++) {
            OperationId id = new OperationId(wish.name() + (attempt == 0 ? "" : "-" + attempt));
            Optional<OperationState> known = states.find(id);
            if (known.isEmpty()) {
                boolean ripe = !wish.since().plus(RETRY.multipliedBy(attempt)).isAfter(now);
                return ripe ? Optional.of(begin(id)) : Optional.empty();
            }
            OperationPhase phase = known.get().phase();
            if (phase != OperationPhase.REFUSED && phase != OperationPhase.FAILED) {
                return Optional.empty(); // done, under way, or not wanted by an operator
            }
        }
        return Optional.empty();
    }

    private Order begin(OperationId id) {
        return new Begin(new ControlCommand(id, OperationKind.SNAPSHOT, Map.of(), clock.millis()));
    }

    @Override
    public void close() {
        heard.close();
    }
}
