package io.tidemark.embedded.s3;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Optional;

/**
 * Faults waiting for requests. Each request takes the oldest fault that fits it. Safe for use by
 * several threads.
 */
public final class HttpFaults {
    private record Waiting(String method, String pathPart, HttpFault fault) {
        boolean fits(String requestMethod, String requestPath) {
            return (method.isEmpty() || method.equals(requestMethod))
                    && requestPath.contains(pathPart);
        }
    }

    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private long requests;
    private long injected;

    /** The next {@code times} requests, whatever they are. */
    public void next(int times, HttpFault fault) {
        next(times, "", "", fault);
    }

    /**
     * The next {@code times} requests that fit.
     *
     * @param method GET, PUT, …; empty for any
     * @param pathPart part of the request's path and query; empty for any
     */
    public synchronized void next(int times, String method, String pathPart, HttpFault fault) {
        for (int i = 0; i < times; i++) {
            waiting.addLast(new Waiting(method, pathPart, fault));
        }
    }

    public synchronized void clear() {
        waiting.clear();
    }

    /** Requests seen so far, failed ones included. */
    public synchronized long requests() {
        return requests;
    }

    /** Faults that met a request so far. */
    public synchronized long injected() {
        return injected;
    }

    synchronized Optional<HttpFault> take(String method, String path) {
        requests++;
        for (Iterator<Waiting> each = waiting.iterator(); each.hasNext(); ) {
            Waiting candidate = each.next();
            if (candidate.fits(method, path)) {
                each.remove();
                injected++;
                return Optional.of(candidate.fault());
            }
        }
        return Optional.empty();
    }
}
