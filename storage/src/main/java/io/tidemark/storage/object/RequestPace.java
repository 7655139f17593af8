package io.tidemark.storage.object;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * How fast one attempt of a request moves. In each period of the timeout's length at least {@link
 * #LEAST_PER_SECOND} must be sent or received, or the answer must come: a limit of time alone would
 * break off a large object over a slow line, and one between two bytes never ends where a byte
 * comes now and then.
 *
 * <p>Time is counted by ticks of a clock of this process: a process that stood still, not the
 * server, has none.
 */
final class RequestPace {
    /** About what a line gives over which no backup ends; far above what a stuck server sends. */
    static final int LEAST_PER_SECOND = 1024;

    /** A period has so many ticks. */
    static final int TICKS = 10;

    /** What the system takes from us and has still to send, at most (Linux: tcp_wmem). */
    private static final long IN_BUFFERS = 4L << 20;

    private static final long BUFFERS_PER_SECOND = 64L << 10;

    private enum Phase {
        SENDING,
        WAITING,
        RECEIVING
    }

    private final Duration timeout;
    private final long size;
    private Phase phase;
    private long moved;
    private long movedBefore;
    private int ticks;
    private int allTicks;
    private int periods;

    /**
     * @param size bytes to send
     */
    RequestPace(Duration timeout, long size) {
        this.timeout = timeout;
        this.size = size;
        this.phase = size > 0 ? Phase.SENDING : Phase.WAITING;
    }

    synchronized void sent(int bytes) {
        moved += bytes;
        if (phase == Phase.SENDING && moved >= size) {
            begin(Phase.WAITING);
        }
    }

    /** A body is sent from its beginning, perhaps again. */
    synchronized void sending() {
        moved = 0;
        begin(size > 0 ? Phase.SENDING : Phase.WAITING);
    }

    synchronized void receiving() {
        moved = 0;
        begin(Phase.RECEIVING);
    }

    synchronized void received(int bytes) {
        moved += bytes;
    }

    private void begin(Phase next) {
        phase = next;
        ticks = 0;
        movedBefore = moved;
        periods = 0;
    }

    /** Why the attempt is to be given up, if it is. To be called {@link #TICKS} times a period. */
    synchronized Optional<String> tick() {
        ticks++;
        allTicks++;
        if (ticks < TICKS + ticksOfBuffers()) {
            return Optional.empty();
        }
        long inPeriod = moved - movedBefore;
        if (phase == Phase.WAITING || inPeriod < least()) {
            return Optional.of(stalled(inPeriod));
        }
        ticks = 0;
        movedBefore = moved;
        periods++;
        return Optional.empty();
    }

    /** What an attempt that takes longer than one period has moved; told once. */
    synchronized Optional<String> slow() {
        boolean first = periods == 1 && ticks == 0;
        return first ? Optional.of(bytes(moved) + " in " + seconds(allTicks)) : Optional.empty();
    }

    private long least() {
        return Math.max(1, LEAST_PER_SECOND * timeout.toMillis() / 1_000);
    }

    private int ticksOfBuffers() {
        return phase == Phase.WAITING
                ? (int)
                        (Math.min(moved, IN_BUFFERS)
                                * 1_000
                                * TICKS
                                / BUFFERS_PER_SECOND
                                / timeout.toMillis())
                : 0;
    }

    private String stalled(long inPeriod) {
        return switch (phase) {
            case SENDING ->
                    "it took "
                            + bytes(inPeriod)
                            + " in "
                            + seconds(ticks)
                            + " (of "
                            + bytes(size)
                            + ", "
                            + bytes(moved)
                            + " so far)";
            case WAITING -> "it did not answer for " + seconds(ticks);
            case RECEIVING ->
                    "it sent "
                            + bytes(inPeriod)
                            + " in "
                            + seconds(ticks)
                            + " ("
                            + bytes(moved)
                            + " so far)";
        };
    }

    private static String bytes(long count) {
        return count == 1 ? "1 byte" : count + " bytes";
    }

    private String seconds(int count) {
        return String.format(Locale.ROOT, "%.1f s", count * timeout.toMillis() / 1e3 / TICKS);
    }
}
