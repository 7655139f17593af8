package io.tidemark.embedded.kafka;

import org.apache.kafka.common.utils.Exit;

/**
 * A broker ends its whole process when it can't go on (its disk is gone, a port is taken at a
 * second start), and what it logged just before is lost where a pipe or a file still has to take
 * it. Here the process says why, and gives the reader a moment.
 */
final class LastWords {
    private static final long MILLIS_TO_READ_THEM = 500;

    private LastWords() {}

    static void beforeKafkaEndsTheProcess() {
        Exit.setExitProcedure(LastWords::end);
        Exit.setHaltProcedure(LastWords::end);
    }

    private static void end(int status, String message) {
        new Throwable(
                        "Embedded Kafka ends this process with status %d: %s"
                                .formatted(status, message))
                .printStackTrace();
        try {
            Thread.sleep(MILLIS_TO_READ_THEM);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Runtime.getRuntime().halt(status);
    }
}
