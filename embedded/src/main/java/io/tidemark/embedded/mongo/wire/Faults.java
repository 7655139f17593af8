package io.tidemark.embedded.mongo.wire;

import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** Faults of one member's network, switched on by a test. Thread-safe. */
public final class Faults {
    private boolean frozen;
    private int kills;
    private final Map<String, Integer> waiting = new HashMap<>();
    private volatile long delayMillis;
    private volatile String delayedCommand = "";
    private final AtomicLong bytesUntilCut = new AtomicLong(Long.MAX_VALUE);
    private final FullDisk disk = new FullDisk();

    /** Delays every command by this time. */
    public void delay(Duration duration) {
        delay("", duration);
    }

    /** Delays one command, by name. */
    public void delay(String command, Duration duration) {
        delayedCommand = command;
        delayMillis = duration.toMillis();
    }

    /**
     * Stops the process as SIGSTOP does: connections stay open, commands are taken by the system,
     * nothing is answered until {@link #thaw}.
     */
    public synchronized void freeze() {
        frozen = true;
    }

    /** Goes on, with the commands that have waited first. */
    public synchronized void thaw() {
        frozen = false;
        notifyAll();
    }

    /** How many commands of that name have reached the stopped process, and wait. */
    public synchronized int waiting(String command) {
        return waiting.getOrDefault(command, 0);
    }

    /** The stopped process is killed: what has waited is never carried out. */
    synchronized void killed() {
        kills++;
        thaw();
    }

    private synchronized void awaitThaw() throws IOException {
        int before = kills;
        try {
            while (frozen) {
                wait();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (kills != before) {
            throw new IOException("Killed while it was stopped");
        }
    }

    /** Cuts the connection on which this many more bytes have been sent, once. */
    public void cutAfterBytes(long bytes) {
        bytesUntilCut.set(bytes);
    }

    /**
     * The disk fills up: after so many more commands that need room, each is answered with the
     * error OutOfDiskSpace. Reading and deleting go on.
     */
    public void fillDiskAfter(int commands) {
        disk.fillAfter(commands);
    }

    FullDisk disk() {
        return disk;
    }

    /** Ends all faults. */
    public void none() {
        thaw();
        disk.empty();
        delayMillis = 0;
        bytesUntilCut.set(Long.MAX_VALUE);
    }

    private void awaitThaw(String command) throws IOException {
        count(command, 1);
        try {
            awaitThaw();
        } finally {
            count(command, -1);
        }
    }

    private synchronized void count(String command, int more) {
        waiting.merge(command, more, Integer::sum);
    }

    void beforeCommand(String name) throws IOException {
        awaitThaw(name);
        long millis = delayMillis;
        if (millis > 0 && (delayedCommand.isEmpty() || delayedCommand.equals(name))) {
            try {
                Thread.sleep(millis);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** How many of these bytes may still be sent; fewer than asked means: then cut. */
    int allowed(int bytes) throws IOException {
        awaitThaw();
        if (bytesUntilCut.get() == Long.MAX_VALUE) {
            return bytes;
        }
        long left = bytesUntilCut.addAndGet(-bytes);
        if (left >= 0) {
            return bytes;
        }
        bytesUntilCut.set(Long.MAX_VALUE);
        return (int) Math.max(0, bytes + left);
    }
}
