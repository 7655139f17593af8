package io.tidemark.cli.restore;

import io.tidemark.cli.CommandFailure;
import io.tidemark.cli.ExitCode;
import io.tidemark.cli.PointInTime;
import io.tidemark.restore.ExternalBase;
import io.tidemark.schemas.model.ClusterTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Whether the targets hold the base already. */
final class BaseOption {
    private static final String EXTERNAL = "external";

    @Option(
            names = "--base",
            paramLabel = "external",
            description =
                    "The targets hold the base already: a volume snapshot of the source, or a dump"
                            + " that was restored with its UUIDs. It is taken for what it is, and"
                            + " the archive's oplog is replayed over it; nothing is refused for"
                            + " being there. Default: the newest fitting base of the archive, into"
                            + " empty targets.")
    private String base;

    @Option(
            names = "--base-time",
            paramLabel = "[RS=]T",
            description =
                    "With --base external: of what time the targets' data are, all of them or one"
                            + " replica set's; repeat it for more. Default: the newest entry of"
                            + " the target's own oplog that is the source's. After mongorestore it"
                            + " must be said.")
    private List<String> times = new ArrayList<>();

    @Option(
            names = "--base-end",
            paramLabel = "T",
            description =
                    "With --base external: when a dump ended that was taken while writes went on."
                            + " Default: the data are of one moment, --base-time.")
    private ClusterTime end;

    /** Empty for a base of the archive. */
    Optional<ExternalBase> external() {
        if (base == null) {
            if (!times.isEmpty() || end != null) {
                throw new CommandFailure(
                        ExitCode.USAGE, "--base-time and --base-end belong to --base external.");
            }
            return Optional.empty();
        }
        if (!base.equals(EXTERNAL)) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "--base can be 'external' only, not '"
                            + base
                            + "': of the archive's bases the newest that fits is chosen.");
        }
        Map<String, ClusterTime> said = new HashMap<>();
        for (String text : times) {
            int equals = text.indexOf('=');
            String set = equals < 0 ? ExternalBase.ALL : text.substring(0, equals);
            said.put(set, time(text.substring(equals + 1)));
        }
        return Optional.of(new ExternalBase(said, Optional.ofNullable(end)));
    }

    private static ClusterTime time(String text) {
        try {
            return new PointInTime().convert(text);
        } catch (TypeConversionException notOne) {
            throw new CommandFailure(ExitCode.USAGE, "--base-time: " + notOne.getMessage());
        }
    }
}
