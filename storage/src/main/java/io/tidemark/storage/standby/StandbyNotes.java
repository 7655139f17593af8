package io.tidemark.storage.standby;

import io.tidemark.schemas.layout.KeyPrefix;
import io.tidemark.schemas.layout.ObjectKey;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.storage.object.Body;
import io.tidemark.storage.object.DamagedObjectException;
import io.tidemark.storage.object.DamagedObjectException.Damage;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.storage.object.StoredObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Stream;

/** The standbys of one cluster, each by its newest note. */
public final class StandbyNotes {
    private final ObjectStore store;
    private final ClusterName cluster;

    public StandbyNotes(ObjectStore store, ClusterName cluster) {
        this.store = store;
        this.cluster = cluster;
    }

    /** Takes the place of the standby's earlier notes: the new one is there before they go. */
    public void put(StandbyNote note) {
        store.put(note.key().text(), Body.of(note.bytes()));
        keys(note.key().id()).stream()
                .filter(key -> key.seenAt().isBefore(note.key().seenAt()))
                .forEach(key -> store.delete(key.text()));
    }

    /** Nothing is kept for this standby any more; nothing happens if there is none. */
    public void remove(UUID id) {
        keys(id).forEach(key -> store.delete(key.text()));
    }

    /**
     * What the standbys of a cluster say.
     *
     * @param notes of each its newest, those included for which nothing is kept any more
     * @param damaged notes that can't be read
     */
    public record Told(List<StandbyNote> notes, List<Damage> damaged) {
        public Told {
            notes = List.copyOf(notes);
            damaged = List.copyOf(damaged);
        }
    }

    /** All of them, as far as they can be read. */
    public Told told() {
        List<StandbyNote> notes = new ArrayList<>();
        List<Damage> damaged = new ArrayList<>();
        for (ObjectKey.OfStandby key : newest()) {
            try {
                read(key).ifPresent(notes::add);
            } catch (DamagedObjectException e) {
                damaged.add(e.damage());
            }
        }
        return new Told(notes, damaged);
    }

    /**
     * Those for which something is kept.
     *
     * @throws DamagedObjectException if one can't be read: what it needs is not known then, so
     *     nothing must go. One that is out of date is not read
     */
    public List<StandbyNote> holding(Instant now) {
        return newest().stream()
                .filter(key -> !now.isAfter(StandbyNote.holdsUntil(key)))
                .flatMap(key -> read(key).stream())
                .toList();
    }

    /** Of all that have left a note. */
    public Set<UUID> ids() {
        Set<UUID> ids = new TreeSet<>();
        keys(KeyPrefix.standbys(cluster)).forEach(key -> ids.add(key.id()));
        return ids;
    }

    private Collection<ObjectKey.OfStandby> newest() {
        Map<UUID, ObjectKey.OfStandby> newest = new TreeMap<>();
        // By standby in the order of time: the last one is the newest.
        keys(KeyPrefix.standbys(cluster)).forEach(key -> newest.put(key.id(), key));
        return newest.values();
    }

    /** Empty if the standby has ended meanwhile. */
    private Optional<StandbyNote> read(ObjectKey.OfStandby key) {
        try {
            return Optional.of(StandbyNote.read(store, key));
        } catch (DamagedObjectException e) {
            if (store.head(key.text()).isPresent()) {
                throw new DamagedObjectException(damage(key, e.damage()), e);
            }
            // Renewed between the listing and now, or ended.
            List<ObjectKey.OfStandby> later = keys(key.id());
            return later.isEmpty() ? Optional.empty() : read(later.get(later.size() - 1));
        }
    }

    private static Damage damage(ObjectKey.OfStandby key, Damage found) {
        return new Damage(
                key.text(),
                found.what(),
                "how much of the archive standby "
                        + key.id()
                        + " still needs is not known, so nothing is pruned until "
                        + StandbyNote.holdsUntil(key)
                        + ", when it is waited for no longer",
                "let that standby go on: within a minute another note takes this one's place; if"
                        + " there is none any more, 'tidemark prune --release "
                        + key.id()
                        + "' gives it up");
    }

    private List<ObjectKey.OfStandby> keys(UUID id) {
        return keys(KeyPrefix.standbys(cluster) + id + "/");
    }

    private List<ObjectKey.OfStandby> keys(String prefix) {
        try (Stream<StoredObject> all = store.list(prefix, "")) {
            return all.flatMap(object -> ObjectKey.parse(object.key()).stream())
                    .filter(ObjectKey.OfStandby.class::isInstance)
                    .map(ObjectKey.OfStandby.class::cast)
                    .toList();
        }
    }
}
