package io.tidemark.capture.metrics;

import io.tidemark.capture.tail.OplogWindow;
import io.tidemark.schemas.model.ReplicaSet;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Warns while there is still time: when a source's oplog, less capture's lag, reaches back less
 * than it should. Told in the log once when it begins and once when it is over; a tenth more than
 * the limit ends it, so that a value that trembles is not told again and again.
 *
 * <p>An oplog that still holds its first entry has lost nothing and says nothing about how far it
 * will reach: there is no alarm.
 */
public final class HeadroomAlarm {
    private static final Logger LOGGER = LoggerFactory.getLogger(HeadroomAlarm.class);
    private static final double OVER = 1.1;
    private final Limits limits;
    private final Set<ReplicaSet> warned = new HashSet<>();
    private volatile Map<ReplicaSet, Headroom> headrooms = Map.of();

    /**
     * @param percent of the oplog's window, 0 to 100: less is too little. Tells that capture has
     *     fallen behind, whatever the oplog's size
     * @param least less than this is too little: the oplog can't bridge an outage of so long, even
     *     if capture is not behind
     */
    public record Limits(int percent, Duration least) {
        double seconds(OplogWindow window) {
            return Math.max(window.seconds() * percent / 100.0, least.toSeconds());
        }
    }

    public HeadroomAlarm(Limits limits) {
        this.limits = limits;
    }

    void look(Map<ReplicaSet, ShownProgress> owned) {
        Map<ReplicaSet, Headroom> now = new TreeMap<>();
        warned.retainAll(owned.keySet());
        owned.forEach(
                (set, each) ->
                        each.headroomSeconds()
                                .ifPresent(left -> now.put(set, headroom(set, each, left))));
        headrooms = now;
    }

    Optional<Headroom> of(ReplicaSet set) {
        return Optional.ofNullable(headrooms.get(set));
    }

    private Headroom headroom(ReplicaSet set, ShownProgress each, long left) {
        OplogWindow window = each.tail().window().orElseThrow();
        double limit = limits.seconds(window) * (warned.contains(set) ? OVER : 1);
        if (window.isWhole() || left >= limit) {
            if (warned.remove(set)) {
                LOGGER.atInfo()
                        .addKeyValue("replicaSet", set)
                        .addKeyValue("headroomSeconds", left)
                        .log("The source's oplog leaves enough time again");
            }
            return new Headroom(left, Optional.empty());
        }
        String warning = words(set, each, left);
        if (warned.add(set)) {
            LOGGER.atWarn().addKeyValue("replicaSet", set).log(warning);
        }
        return new Headroom(left, Optional.of(warning));
    }

    private String words(ReplicaSet set, ShownProgress each, long left) {
        return ("Oplog of replica set %s leaves %d s: it reaches back %d s and capture is %d s"
                        + " behind (wanted: %d %% of its window, and at least %d s). If capture"
                        + " stands still for longer, changes are lost to the backup and a new base"
                        + " snapshot is needed. %s")
                .formatted(
                        set,
                        left,
                        each.windowSeconds().orElse(0),
                        each.lagSeconds().orElse(0),
                        limits.percent(),
                        limits.least().toSeconds(),
                        act(each));
    }

    /** A capture that is not behind needs a larger oplog; one that is needs to catch up first. */
    private String act(ShownProgress each) {
        long window = each.windowSeconds().orElse(0);
        boolean tooShort = window < limits.least().toSeconds();
        return tooShort
                ? "Enlarge the oplog (replSetResizeOplog)."
                : "See what holds capture up, or enlarge the oplog (replSetResizeOplog).";
    }
}
