package io.tidemark.streams;

import io.javalin.util.JavalinBindException;
import io.tidemark.schemas.bson.MalformedBsonException;
import io.tidemark.schemas.oplog.MalformedEntryException;
import io.tidemark.schemas.registry.SchemaRegistryException;
import io.tidemark.streams.fold.MembersUnknownException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.SerializationException;

/** What a failed thread means: whether another try can help, and the exit code if not. */
final class Failure {
    static final int BUG = 1;
    static final int USAGE = 2;
    static final int DAMAGED = 5;
    static final int UNREACHABLE = 6;

    private Failure() {}

    static int exitCode(Throwable error) {
        boolean settings =
                cause(error, MembersUnknownException.class).isPresent()
                        || cause(error, JavalinBindException.class).isPresent();
        if (settings) {
            return USAGE;
        }
        if (canPass(error) || cause(error, KafkaUnavailableException.class).isPresent()) {
            return UNREACHABLE;
        }
        boolean damaged =
                cause(error, SerializationException.class).isPresent()
                        || cause(error, MalformedEntryException.class).isPresent()
                        || cause(error, MalformedBsonException.class).isPresent();
        return damaged ? DAMAGED : BUG;
    }

    /** Kafka or the registry did not answer: state is as it was at the last commit. */
    static boolean canPass(Throwable error) {
        return cause(error, RetriableException.class).isPresent()
                || cause(error, SchemaRegistryException.class)
                        .filter(e -> e.problem() == SchemaRegistryException.Problem.UNREACHABLE)
                        .isPresent();
    }

    private static <T extends Throwable> Optional<T> cause(Throwable error, Class<T> type) {
        for (Throwable each = error; each != null; each = each.getCause()) {
            if (type.isInstance(each)) {
                return Optional.of(type.cast(each));
            }
        }
        return Optional.empty();
    }

    /** So many new threads within a while, and no more: endless restarts would look like work. */
    static final class Restarts {
        private static final int MOST = 10;
        private static final Duration WITHIN = Duration.ofMinutes(10);
        private final Deque<Long> past = new ArrayDeque<>();

        synchronized boolean allows(long nowMillis) {
            while (!past.isEmpty() && past.peek() < nowMillis - WITHIN.toMillis()) {
                past.poll();
            }
            return past.size() < MOST && past.add(nowMillis);
        }
    }
}
