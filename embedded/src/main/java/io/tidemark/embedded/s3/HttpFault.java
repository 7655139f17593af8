package io.tidemark.embedded.s3;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/** What can go wrong with one request. */
public sealed interface HttpFault {
    /** The server answers {@code status} and does nothing. */
    record Refused(int status) implements HttpFault {
        public Refused {
            if (status < 400 || status > 599) {
                throw new IllegalArgumentException(status + " is no status of a failure");
            }
        }
    }

    /** The connection breaks after {@code bytes} bytes of the body have reached the server. */
    record CutInBody(long bytes) implements HttpFault {
        public CutInBody {
            if (bytes < 0) {
                throw new IllegalArgumentException("Can't cut after " + bytes + " bytes");
            }
        }
    }

    /** The server does what is asked, and the connection breaks before its answer arrives. */
    record AnswerLost() implements HttpFault {}

    /** The request is held back for {@code delay}, then served. */
    record Late(Duration delay) implements HttpFault {}

    /** The request is held back until somebody counts {@code released} down, then served. */
    record Held(CountDownLatch released) implements HttpFault {}

    /** The body reaches the server at no more than {@code bytesPerSecond}. */
    record Slow(long bytesPerSecond) implements HttpFault {
        public Slow {
            if (bytesPerSecond <= 0) {
                throw new IllegalArgumentException(bytesPerSecond + " bytes per second never end");
            }
        }
    }

    /**
     * Of the answer, its head included, {@code atOnce} bytes reach the client as they come, the
     * others at no more than {@code bytesPerSecond}.
     */
    record Dripped(long atOnce, long bytesPerSecond) implements HttpFault {
        public Dripped {
            if (atOnce < 0 || bytesPerSecond <= 0) {
                throw new IllegalArgumentException(
                        "Can't pass " + atOnce + " bytes, then " + bytesPerSecond + " per second");
            }
        }
    }
}
