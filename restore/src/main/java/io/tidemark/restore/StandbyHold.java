package io.tidemark.restore;

import io.tidemark.restore.checkpoint.Stage;
import io.tidemark.restore.checkpoint.Standing;
import io.tidemark.restore.follow.FollowStatus;
import io.tidemark.restore.plan.ReplicaSetPlan;
import io.tidemark.schemas.layout.ObjectKey;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.storage.object.StorageException;
import io.tidemark.storage.object.UnreachableException;
import io.tidemark.storage.standby.StandbyNote;
import io.tidemark.storage.standby.StandbyNotes;
import io.tidemark.storage.turn.ArchiveTurn;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells in the bucket how far a standby is and what it still needs there, so that retention keeps
 * that. What is told is never more than what is needed: it is older, and so keeps more. It stays
 * when the process ends, as the standby goes on with the next one; a promotion takes it away.
 */
final class StandbyHold implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(StandbyHold.class);
    private static final Duration RENEW = Duration.ofMinutes(1);

    private final RestoreRequest request;
    private final StandbyNotes notes;
    private final Clock clock;
    private final ScheduledExecutorService renewals =
            Executors.newSingleThreadScheduledExecutor(
                    work -> {
                        Thread thread = new Thread(work, "standby-note");
                        thread.setDaemon(true);
                        return thread;
                    });
    // Both of this monitor: rounds move the note, the thread puts it.
    private StandbyNote note;
    private boolean begun;

    StandbyHold(RestoreRequest request, Clock clock) {
        this.request = request;
        this.notes = new StandbyNotes(request.bucket(), request.cluster());
        this.clock = clock;
    }

    /**
     * Before anything is read that must stay. While somebody removes from the archive it is not
     * certain what will be there, so nothing begins then.
     *
     * @param name for people; empty for one made of the id
     * @param owner for people
     * @param targets host and port of each replica set's target
     * @throws io.tidemark.storage.turn.TurnHeldException if a prune is at work
     */
    synchronized void begin(
            UUID id,
            String name,
            String owner,
            Map<ReplicaSetPlan, Standing> standings,
            Map<ReplicaSetPlan, String> targets) {
        Map<ReplicaSet, StandbyNote.Followed> sets = new TreeMap<>();
        targets.forEach(
                (set, target) ->
                        sets.put(
                                set.replicaSet(),
                                new StandbyNote.Followed(target, applied(standings.get(set)))));
        note =
                new StandbyNote(
                        new ObjectKey.OfStandby(request.cluster(), id, now()),
                        name.isEmpty() ? "standby-" + id.toString().substring(0, 8) : name,
                        owner,
                        now(),
                        ClusterTime.ZERO,
                        needsAfter(standings),
                        loading(standings),
                        sets);
        try (ArchiveTurn turn =
                ArchiveTurn.take(
                        request.bucket(),
                        request.cluster(),
                        ArchiveTurn.Kind.READS,
                        owner,
                        clock)) {
            takePlace();
            turn.keep();
        } catch (UnreachableException readOnly) {
            LOGGER.atWarn()
                    .addKeyValue("error", readOnly.getMessage())
                    .log(
                            "The bucket takes no note of this standby: see that no prune removes"
                                    + " what it has not applied yet; 'status' will not show it");
            return;
        }
        begun = true;
        renewals.scheduleWithFixedDelay(
                this::renew, RENEW.toSeconds(), RENEW.toSeconds(), TimeUnit.SECONDS);
    }

    /**
     * Of an earlier standby in these targets nothing is left, and this one began when it did. A
     * note that can't be read stands in nobody's way: its own standby replaces it.
     */
    private void takePlace() {
        for (StandbyNote other : notes.told().notes()) {
            if (other.key().id().equals(note.key().id())) {
                note = note.startedAt(other.startedAt());
            } else if (other.meets(note)) {
                notes.remove(other.key().id());
            }
        }
        notes.put(note);
    }

    /** It has come further, or looked and found nothing new. Puts nothing by itself. */
    synchronized void moved(FollowStatus status, Map<ReplicaSetPlan, Standing> standings) {
        if (!begun) {
            return;
        }
        Map<ReplicaSet, StandbyNote.Followed> sets = new TreeMap<>();
        note.replicaSets()
                .forEach(
                        (set, followed) ->
                                sets.put(
                                        set,
                                        new StandbyNote.Followed(
                                                followed.target(), status.applied().get(set))));
        note = note.moved(status.newest(), needsAfter(standings), loading(standings), sets);
    }

    private static ClusterTime applied(Standing standing) {
        return standing.stage() == Stage.BASE ? ClusterTime.ZERO : standing.applied();
    }

    private static ClusterTime needsAfter(Map<ReplicaSetPlan, Standing> standings) {
        return standings.values().stream()
                .map(Standing::readAfter)
                .reduce(ClusterTime.MAX, ClusterTime::min);
    }

    private static Set<String> loading(Map<ReplicaSetPlan, Standing> standings) {
        Set<String> ids = new TreeSet<>();
        standings.forEach(
                (set, standing) -> {
                    if (standing.stage() == Stage.BASE) {
                        set.base().ifPresent(place -> ids.add(place.snapshotId()));
                    }
                });
        return ids;
    }

    private synchronized void renew() {
        try {
            Instant last = note.key().seenAt();
            Instant now = now();
            note = note.at(now.isAfter(last) ? now : last.plusMillis(1));
            notes.put(note);
        } catch (StorageException e) {
            // The one before counts for days.
            LOGGER.atWarn()
                    .addKeyValue("error", e.getMessage())
                    .log("The note of this standby in the bucket was not renewed");
        }
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }

    /** Says for the last time how far it is. */
    @Override
    public synchronized void close() {
        renewals.shutdownNow();
        if (begun) {
            begun = false;
            renew();
        }
    }

    /** It is a cluster of its own now. */
    static void end(RestoreRequest request, UUID id) {
        try {
            new StandbyNotes(request.bucket(), request.cluster()).remove(id);
        } catch (StorageException e) {
            LOGGER.atWarn()
                    .addKeyValue("error", e.getMessage())
                    .log(
                            "The note of the standby stays in the bucket until it is out of date;"
                                    + " 'tidemark prune --release' removes it");
        }
    }
}
