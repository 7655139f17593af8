package io.tidemark.cli.pbm;

import io.tidemark.cli.dump.OplogInput;
import io.tidemark.schemas.model.ClusterTime;
import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names of oplog slices: {@code 20220207140605-18.20220207141703-2}, then {@code .oplog} among
 * those of point-in-time recovery, then how it is compressed. (pbm/oplog, pbm/backup.)
 */
final class PbmName {
    private static final Pattern RANGE =
            Pattern.compile(
                    "(\\d{14})(?:-(\\d{1,10}))?\\.(\\d{14})(?:-(\\d{1,10}))?"
                            + "(?:\\.oplog)?(?:\\.(?:gz|snappy|s2|lz4|zst))?");
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuuMMddHHmmss");

    private PbmName() {}

    /**
     * Empty if it is no such name.
     *
     * @param series what it belongs to
     */
    static Optional<OplogInput.Range> range(String name, String series) {
        Matcher parts = RANGE.matcher(name);
        if (!parts.matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    new OplogInput.Range(
                            time(parts.group(1), parts.group(2)),
                            time(parts.group(3), parts.group(4)),
                            series));
        } catch (DateTimeException | IllegalArgumentException noTime) {
            return Optional.empty();
        }
    }

    private static ClusterTime time(String second, String increment) {
        long seconds = LocalDateTime.parse(second, TIME).toEpochSecond(ZoneOffset.UTC);
        return new ClusterTime(seconds, increment == null ? 0 : Long.parseLong(increment));
    }
}
