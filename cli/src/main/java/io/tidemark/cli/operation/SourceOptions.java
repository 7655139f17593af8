package io.tidemark.cli.operation;

import io.tidemark.capture.SourceLocks;
import io.tidemark.capture.operation.OperationSettings;
import io.tidemark.cli.CommandFailure;
import io.tidemark.cli.Context;
import io.tidemark.cli.ExitCode;
import io.tidemark.schemas.config.ConfigReader;
import io.tidemark.schemas.config.Secret;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import picocli.CommandLine.Option;

/** The cluster whose locks an operation takes. */
public final class SourceOptions {
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final String STALE_AFTER = "operation.stale.after";

    @Option(
            names = "--source-uri",
            paramLabel = "URI",
            description =
                    "The source cluster, as the agents' source.uri: its lock is taken, so that no"
                        + " snapshot, restore or prune of the cluster goes on meanwhile (the user"
                        + " needs readWrite on admin of the config servers). With a password put it"
                        + " into the key source.uri of --config, or TIDEMARK_SOURCE_URI. Default:"
                        + " that key, else only those are kept away who use the same bucket.")
    private String uri;

    /** Empty if no source is named. */
    public Optional<SourceLocks> locks(Context context) {
        String chosen = uri != null ? uri : context.settings().get("source.uri").orElse(null);
        if (chosen == null || chosen.isBlank()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new SourceLocks(new Secret(chosen), TIMEOUT, settings(context)));
        } catch (IllegalArgumentException e) {
            // The driver's message may repeat the text, and with it the password.
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "--source-uri: no MongoDB connection string: use mongodb://HOST:PORT,…/",
                    e);
        }
    }

    private static OperationSettings settings(Context context) {
        Map<String, String> values = new TreeMap<>();
        context.settings().get(STALE_AFTER).ifPresent(value -> values.put(STALE_AFTER, value));
        ConfigReader reader = new ConfigReader(values);
        OperationSettings defaults = OperationSettings.DEFAULTS;
        Duration stale =
                reader.duration(
                        STALE_AFTER,
                        defaults.staleAfter(),
                        Duration.ofSeconds(3),
                        Duration.ofMinutes(10));
        reader.finish();
        return OperationSettings.of(stale, defaults.commandAge(), defaults.abandonAfter());
    }
}
