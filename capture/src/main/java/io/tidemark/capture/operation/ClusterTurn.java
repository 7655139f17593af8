package io.tidemark.capture.operation;

import io.tidemark.capture.tail.SourceRefusedException;
import io.tidemark.capture.tail.SourceUnavailableException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The cluster's lock, held by one process for an operation that no agent does: a restore or a prune
 * of the command line. While it is held no other operation begins.
 */
public final class ClusterTurn implements Fence, AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(ClusterTurn.class);

    /** Agents go on with what a dead one of them left; only if none does, it is over. */
    private static final int BEHIND_ALL_AGENTS = 4;

    private static final long PAUSE_MILLIS = 250;
    private final HeldLock lock;
    private final OperationStates states;
    private final Thread beats;
    private OperationState state;
    private boolean succeeded;
    private boolean closed;

    /**
     * What a turn is taken with.
     *
     * @param owner this process, never the same for two lives of it
     */
    public record Ports(
            Locks locks,
            OperationStates states,
            OperationClock clock,
            OperationSettings settings,
            String owner) {}

    private ClusterTurn(Ports ports, HeldLock lock, OperationState state) {
        this.lock = lock;
        this.states = ports.states();
        this.state = state;
        long pause = ports.settings().heartbeat().dividedBy(3).toMillis();
        this.beats = new Thread(() -> beat(pause), "operation-lock");
        beats.setDaemon(true);
    }

    /**
     * Takes the lock at once if it is free; waits where its holder seems to be dead, until he gives
     * a sign of life or the lock is stale.
     *
     * @throws OperationHeldException if another operation is under way
     * @throws SourceUnavailableException if the config servers don't answer
     * @throws SourceRefusedException if a person must act
     */
    public static ClusterTurn take(Ports ports, ControlCommand request)
            throws InterruptedException {
        LockRace race =
                new LockRace(
                        ports.locks(),
                        LockName.CLUSTER,
                        ports.owner(),
                        ports.clock(),
                        ports.settings());
        while (true) {
            LockSighting seen = race.look();
            requireNoOther(ports, seen);
            int rank = seen.isFree() ? 0 : BEHIND_ALL_AGENTS;
            Optional<HeldLock> won = race.tryFor(request.id(), request.kind(), rank);
            if (won.isPresent()) {
                return begin(ports, won.get(), seen, request);
            }
            Thread.sleep(PAUSE_MILLIS);
        }
    }

    /** A holder that lives, and whose operation has not ended: he is about to give it back then. */
    private static void requireNoOther(Ports ports, LockSighting seen) {
        boolean alive =
                !seen.isFree() && seen.ageSeconds() * 3 < ports.settings().staleAfter().toSeconds();
        if (alive) {
            LockHolder holder = seen.holder().orElseThrow();
            Optional<OperationState> theirs = ports.states().find(holder.operation());
            if (theirs.isEmpty() || !theirs.get().phase().isEnd()) {
                throw new OperationHeldException(holder);
            }
        }
    }

    private static ClusterTurn begin(
            Ports ports, HeldLock lock, LockSighting before, ControlCommand request) {
        boolean begun = false;
        try {
            before.holder().ifPresent(dead -> endOf(ports, dead, lock.token()));
            OperationState state =
                    OperationState.waiting(request, List.of(), ports.owner(), lock.token())
                            .running(Map.of());
            ports.states().create(state);
            ports.states().save(state);
            ClusterTurn turn = new ClusterTurn(ports, lock, state);
            turn.beats.start();
            begun = true;
            return turn;
        } finally {
            if (!begun) {
                lock.release();
            }
        }
    }

    /** What nobody went on with is over, so that nobody goes on with it later. */
    private static void endOf(Ports ports, LockHolder dead, long token) {
        ports.states()
                .find(dead.operation())
                .filter(theirs -> !theirs.phase().isEnd())
                .ifPresent(
                        theirs ->
                                ports.states()
                                        .save(
                                                theirs.ledBy(ports.owner(), token)
                                                        .ended(
                                                                OperationPhase.FAILED,
                                                                "its process (%s) gave no sign of life any more"
                                                                        .formatted(dead.owner()))));
    }

    private void beat(long pauseMillis) {
        try {
            while (!lock.isLost()) {
                lock.beatIfDue();
                Thread.sleep(pauseMillis);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void check() {
        lock.check();
    }

    /** What was to be done is done; told at the end. */
    public void succeeded() {
        succeeded = true;
    }

    /** Tells the outcome and gives the lock back. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        beats.interrupt();
        try {
            beats.join(Duration.ofSeconds(10).toMillis());
            state =
                    succeeded
                            ? state.done(Map.of())
                            : state.ended(OperationPhase.FAILED, "it ended with an error");
            states.save(state);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (SourceUnavailableException | SourceRefusedException | FencedException e) {
            // The work itself is done or not whatever the config servers learn of it.
            LOGGER.atWarn()
                    .addKeyValue("operation", state.id())
                    .addKeyValue("error", e.getMessage())
                    .log("The end of the operation was not told");
        } finally {
            lock.release();
        }
    }
}
