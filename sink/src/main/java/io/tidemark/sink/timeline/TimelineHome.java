package io.tidemark.sink.timeline;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.storage.catalogue.ArchivedReplicaSet;
import io.tidemark.storage.catalogue.Catalogue;
import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;

/**
 * The incarnation under which the timeline lies: that of the config servers. The windows name their
 * replica set, the bucket knows its life that reaches furthest; before both are there, nothing of
 * the timeline can be put. One thread.
 */
final class TimelineHome {
    private static final Duration PAUSE = Duration.ofSeconds(2);
    private final WindowsPicture windows;
    private final Catalogue catalogue;
    private final Clock clock;
    private Optional<Incarnation> found = Optional.empty();
    private long nextLookMillis;

    TimelineHome(WindowsPicture windows, Catalogue catalogue, Clock clock) {
        this.windows = windows;
        this.catalogue = catalogue;
        this.clock = clock;
    }

    /** Looks, if it is not known and was not looked for just now. */
    boolean isKnown() {
        if (found.isEmpty() && clock.millis() >= nextLookMillis) {
            nextLookMillis = clock.millis() + PAUSE.toMillis();
            found = windows.home().flatMap(this::latestLife);
        }
        return found.isPresent();
    }

    private Optional<Incarnation> latestLife(ReplicaSet set) {
        return catalogue.lives(set).stream()
                .max(Comparator.comparing(this::end))
                .map(ArchivedReplicaSet::incarnation);
    }

    private ClusterTime end(ArchivedReplicaSet life) {
        return catalogue.last(life).map(Catalogue::through).orElse(ClusterTime.ZERO);
    }

    Incarnation incarnation() {
        return found.orElseThrow();
    }

    void forget() {
        found = Optional.empty();
        nextLookMillis = 0;
    }
}
