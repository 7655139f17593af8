package io.tidemark.cli.operation;

import io.tidemark.capture.operation.ClusterTurn;
import io.tidemark.storage.object.StorageException;
import io.tidemark.storage.turn.ArchiveTurn;
import io.tidemark.storage.turn.TurnHeldException;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What keeps other operations away while one of the command line goes on. */
public final class KeptTurn implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(KeptTurn.class);
    private final Optional<ArchiveTurn> archive;
    private final Optional<ClusterTurn> cluster;
    private final ScheduledExecutorService renewals;

    KeptTurn(Optional<ArchiveTurn> archive, Optional<ClusterTurn> cluster) {
        this.archive = archive;
        this.cluster = cluster;
        this.renewals =
                Executors.newSingleThreadScheduledExecutor(
                        work -> {
                            Thread thread = new Thread(work, "archive-turn");
                            thread.setDaemon(true);
                            return thread;
                        });
        long pause = ArchiveTurn.RENEW.toSeconds() / 2;
        archive.ifPresent(
                turn ->
                        renewals.scheduleWithFixedDelay(
                                () -> renew(turn), pause, pause, TimeUnit.SECONDS));
    }

    private static void renew(ArchiveTurn turn) {
        try {
            turn.keep();
        } catch (StorageException | TurnHeldException e) {
            // Who removes asks again before each removal; who reads would see what is missing.
            LOGGER.atWarn()
                    .addKeyValue("error", e.getMessage())
                    .log("The note that the archive is in use was not renewed");
        }
    }

    /**
     * To be called before what others would suffer from.
     *
     * @throws RuntimeException if it isn't sure that nobody else is at work
     */
    public void requireHeld() {
        cluster.ifPresent(ClusterTurn::check);
        archive.ifPresent(ArchiveTurn::keep);
    }

    /** What was to be done is done. */
    public void succeeded() {
        cluster.ifPresent(ClusterTurn::succeeded);
    }

    @Override
    public void close() {
        renewals.shutdownNow();
        try {
            archive.ifPresent(ArchiveTurn::close);
        } catch (StorageException e) {
            LOGGER.atWarn()
                    .addKeyValue("error", e.getMessage())
                    .log("The note that the archive is in use stays until it is out of date");
        } finally {
            cluster.ifPresent(ClusterTurn::close);
        }
    }
}
