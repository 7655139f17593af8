package io.tidemark.embedded.net;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Chooses ports on 127.0.0.1 that a server can keep while it is down. Port 0 gives one of the range
 * from which the system also takes the ports of outgoing connections: a server that comes back may
 * find its own in use there.
 */
public final class LoopbackPort {
    private static final int LOWEST = 15_000;
    private static final int HIGHEST = 32_000;
    private static final int ATTEMPTS = 1_000;

    /** Handed out by this process and perhaps not bound yet. */
    private static final Set<Integer> TAKEN = ConcurrentHashMap.newKeySet();

    private LoopbackPort() {}

    /**
     * A port that nobody listens on, and that neither this process nor another that asks here gives
     * out again while this process lives, or until {@link #release}: builds that run side by side
     * leave each other's ports alone, also while the servers on them are down.
     */
    public static int free() throws IOException {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(LOWEST, HIGHEST);
            if (isFree(port) && TAKEN.add(port) && PortLocks.lock(port)) {
                return port;
            }
        }
        throw new IOException(
                "No free port between %d and %d after %d attempts"
                        .formatted(LOWEST, HIGHEST, ATTEMPTS));
    }

    /** The server on it has ended for good. */
    public static void release(int port) {
        try {
            PortLocks.unlock(port);
        } catch (IOException e) {
            throw new UncheckedIOException("Can't give back the lock of port " + port, e);
        }
        TAKEN.remove(port);
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException taken) {
            return false; // what "taken" looks like: the answer, not a failure
        }
    }
}
