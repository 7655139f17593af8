package io.tidemark.capture.schedule;

import com.cronutils.model.Cron;
import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Locale;
import java.util.Optional;

/** The due times of a cron expression of five fields (crontab(5)), in UTC on every machine. */
public final class SnapshotSchedule {
    /** Every day at 02:00. */
    public static final String DAILY = "0 2 * * *";

    private static final String NONE = "none";
    private final String text;
    private final ExecutionTime times;

    private SnapshotSchedule(String text, Cron cron) {
        this.text = text;
        this.times = ExecutionTime.forCron(cron);
    }

    /**
     * @param text a cron expression, or {@code none}
     * @return empty for {@code none}
     * @throws IllegalArgumentException with the reason
     */
    public static Optional<SnapshotSchedule> parse(String text) {
        if (text.strip().toLowerCase(Locale.ROOT).equals(NONE)) {
            return Optional.empty();
        }
        Cron cron;
        try {
            cron =
                    new CronParser(CronDefinitionBuilder.instanceDefinitionFor(CronType.UNIX))
                            .parse(text.strip())
                            .validate();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "no cron expression of five fields, such as '"
                            + DAILY
                            + "' (every day at 02:00 UTC), nor 'none': "
                            + e.getMessage(),
                    e);
        }
        return Optional.of(new SnapshotSchedule(text.strip(), cron));
    }

    /** The last due time that is not after that moment; empty if there was none. */
    Optional<Instant> lastDue(Instant now) {
        // The library answers with one strictly before.
        ZonedDateTime just = now.plusSeconds(1).atZone(ZoneOffset.UTC);
        return times.lastExecution(just).map(ZonedDateTime::toInstant);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SnapshotSchedule schedule && schedule.text.equals(text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }
}
