package io.tidemark.capture.schedule;

import io.tidemark.schemas.model.ClusterTime;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Which base snapshots should be there by now. */
public final class SnapshotWishes {
    private static final DateTimeFormatter ID =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    /** A due time that is older is one that no agent was there for. */
    private static final Duration MISSED = Duration.ofMinutes(10);

    /** So that what belongs together is over: several shards, or gaps of several replica sets. */
    private static final Duration SETTLES = Duration.ofMinutes(1);

    private final SnapshotSchedule schedule;
    private final Duration leastDistance;
    private final Bases bases;
    private final Invalidations invalidations;

    /**
     * A snapshot that should be.
     *
     * @param name the same on every agent, and so the operation's id
     * @param since from when on
     */
    public record Wish(String name, Instant since) {}

    /**
     * @param leastDistance from the last base, for one that was missed or that an event asks for
     */
    public SnapshotWishes(
            SnapshotSchedule schedule,
            Duration leastDistance,
            Bases bases,
            Invalidations invalidations) {
        this.schedule = schedule;
        this.leastDistance = leastDistance;
        this.bases = bases;
        this.invalidations = invalidations;
    }

    /**
     * @throws io.tidemark.storage.object.StorageException if the bucket can't tell
     */
    public List<Wish> at(Instant now) {
        Optional<Bases.Newest> newest = bases.newest();
        List<Wish> wishes = new ArrayList<>();
        schedule.lastDue(now)
                .filter(due -> isWanted(due, now, newest))
                .ifPresent(due -> wishes.add(new Wish("scheduled-" + ID.format(due), due)));
        newest.flatMap(base -> afterInvalidation(base, now)).ifPresent(wishes::add);
        return wishes;
    }

    /** One that was missed is made up for, unless there is a base from about that time. */
    private boolean isWanted(Instant due, Instant now, Optional<Bases.Newest> newest) {
        boolean missed = due.isBefore(now.minus(MISSED));
        return !missed
                || newest.map(base -> time(base.usableFrom()).isBefore(due.minus(leastDistance)))
                        .orElse(true);
    }

    private Optional<Wish> afterInvalidation(Bases.Newest base, Instant now) {
        return invalidations
                .last()
                .filter(event -> base.covers().isBefore(event.through()))
                .map(event -> wish(event, base))
                .filter(wish -> !wish.since().isAfter(now));
    }

    private Wish wish(Invalidations.Invalidation event, Bases.Newest base) {
        Instant settled = time(event.through()).plus(SETTLES);
        Instant distant = time(base.usableFrom()).plus(leastDistance);
        return new Wish(
                "after-%s-%d-%d"
                        .formatted(
                                event.what(),
                                event.through().seconds(),
                                event.through().increment()),
                settled.isAfter(distant) ? settled : distant);
    }

    private static Instant time(ClusterTime time) {
        return Instant.ofEpochSecond(time.seconds());
    }
}
