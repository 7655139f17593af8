package io.tidemark.storage.object;

import java.io.IOException;
import java.util.Optional;

/** A request was given up because the server, or the network to it, moved too little of it. */
final class StalledRequestException extends IOException {
    private static final long serialVersionUID = 1L;

    StalledRequestException(String what, IOException cause) {
        super(what, cause);
    }

    /** The SDK wraps it, once or more often. */
    static Optional<StalledRequestException> in(Throwable error) {
        for (Throwable e = error; e != null; e = e.getCause()) {
            if (e instanceof StalledRequestException stalled) {
                return Optional.of(stalled);
            }
        }
        return Optional.empty();
    }
}
