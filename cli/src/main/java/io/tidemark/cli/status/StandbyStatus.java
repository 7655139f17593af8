package io.tidemark.cli.status;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.storage.standby.StandbyNote;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.TreeMap;

/**
 * A standby, as it said of itself last.
 *
 * @param newest the newest entry of any replica set that is known: the lag is counted from there,
 *     so it grows while the standby is away
 */
record StandbyStatus(StandbyNote note, ClusterTime newest, Instant now) {
    /** A standby that follows says something every minute. */
    private static final Duration AWAY = Duration.ofMinutes(3);

    void words(PrintStream out) {
        out.printf(
                "  standby %s: applied until %s, %,d s behind; last seen %s, %,d s ago (%s)%s%n",
                note.name(),
                note.appliedUntil(),
                lagSeconds(note.appliedUntil()),
                note.key().seenAt(),
                seenSecondsAgo(),
                note.owner(),
                isAway() ? away() : "");
        new TreeMap<>(note.replicaSets())
                .forEach(
                        (set, followed) ->
                                out.printf(
                                        "    %-12s into %s, until %s, %,d s behind%n",
                                        set,
                                        followed.target(),
                                        followed.appliedUntil(),
                                        lagSeconds(followed.appliedUntil())));
    }

    private String away() {
        return note.holds(now)
                ? "; it is not running, and the oplog after "
                        + note.needsAfter()
                        + " is kept for it until "
                        + note.holdsUntil()
                : "; nothing is kept for it any more";
    }

    void put(ArrayNode all) {
        ObjectNode json =
                all.addObject()
                        .put("name", note.name())
                        .put("id", note.key().id().toString())
                        .put("owner", note.owner())
                        .put("startedAt", note.startedAt().toString())
                        .put("lastSeen", note.key().seenAt().toString())
                        .put("seenSecondsAgo", seenSecondsAgo())
                        .put("following", !isAway())
                        .put("appliedUntil", note.appliedUntil().toString())
                        .put("lagSeconds", lagSeconds(note.appliedUntil()))
                        .put("keepsOplogAfter", note.needsAfter().toString())
                        .put("keepsUntil", note.holdsUntil().toString());
        ObjectNode sets = json.putObject("replicaSets");
        new TreeMap<>(note.replicaSets())
                .forEach(
                        (set, followed) ->
                                sets.putObject(set.name())
                                        .put("target", followed.target())
                                        .put("appliedUntil", followed.appliedUntil().toString())
                                        .put("lagSeconds", lagSeconds(followed.appliedUntil())));
    }

    private boolean isAway() {
        return seenSecondsAgo() > AWAY.toSeconds();
    }

    private long seenSecondsAgo() {
        return Math.max(0, Duration.between(note.key().seenAt(), now).toSeconds());
    }

    private long lagSeconds(ClusterTime applied) {
        ClusterTime end = ClusterTime.max(newest, note.newest());
        return Math.max(0, end.seconds() - applied.seconds());
    }
}
