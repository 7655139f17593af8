package io.tidemark.storage.turn;

import io.tidemark.schemas.layout.KeyPrefix;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.storage.object.Body;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.storage.object.StoredObject;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A note in the bucket that somebody reads an archive to restore it, or removes from it; several
 * read at once, who removes is alone. Its key holds everything, so one listing tells: {@code
 * CLUSTER/turns/KIND.ID.OWNER.SINCE.UNTIL}, times in Unix seconds.
 *
 * <p>Who wants a turn puts his note first and lists then: of two who begin at once one sees the
 * other at least, and gives way. A note that was not renewed until the time in its key counts no
 * more; so clocks must not differ by more than {@link #LASTS} less {@link #RENEW}.
 */
public final class ArchiveTurn implements AutoCloseable {
    /** So long a note counts without being renewed. */
    public static final Duration LASTS = Duration.ofMinutes(3);

    /** So often it is renewed. */
    public static final Duration RENEW = Duration.ofSeconds(30);

    private static final Pattern NOTE =
            Pattern.compile(
                    "(reads|removes)\\.([0-9a-f]{32})\\.([A-Za-z0-9_-]{1,100})\\.(\\d{1,12})\\.(\\d{1,12})");

    /** What the archive is needed for. */
    public enum Kind {
        /** A restore. */
        READS,
        /** A prune. */
        REMOVES;

        private String word() {
            return this == READS ? "reads" : "removes";
        }

        private static Kind of(String word) {
            return word.equals("reads") ? READS : REMOVES;
        }
    }

    private record Note(Kind kind, String id, String owner, long since, long until) {
        String name() {
            return String.join(
                    ".", kind.word(), id, owner, Long.toString(since), Long.toString(until));
        }

        Note until(long later) {
            return new Note(kind, id, owner, since, later);
        }

        static Optional<Note> parse(String name) {
            Matcher parts = NOTE.matcher(name);
            return parts.matches()
                    ? Optional.of(
                            new Note(
                                    Kind.of(parts.group(1)),
                                    parts.group(2),
                                    parts.group(3),
                                    Long.parseLong(parts.group(4)),
                                    Long.parseLong(parts.group(5))))
                    : Optional.empty();
        }

        boolean excludes(Note other) {
            return !id.equals(other.id) && (kind == Kind.REMOVES || other.kind == Kind.REMOVES);
        }

        String words() {
            return "%s (%s, since %s)"
                    .formatted(
                            kind == Kind.READS ? "a restore" : "a prune",
                            owner,
                            Instant.ofEpochSecond(since));
        }
    }

    private final ObjectStore store;
    private final String prefix;
    private final Clock clock;
    private Note note;
    private boolean closed;

    private ArchiveTurn(ObjectStore store, String prefix, Clock clock, Note note) {
        this.store = store;
        this.prefix = prefix;
        this.clock = clock;
        this.note = note;
    }

    /**
     * @param owner for people to read, such as host and process
     * @throws TurnHeldException if another has a turn that excludes this one
     * @throws io.tidemark.storage.object.UnreachableException if the note can't be written
     */
    public static ArchiveTurn take(
            ObjectStore store, ClusterName cluster, Kind kind, String owner, Clock clock) {
        long now = clock.instant().getEpochSecond();
        String id = UUID.randomUUID().toString().replace("-", "");
        String name = owner.replaceAll("[^A-Za-z0-9_-]", "-");
        Note note =
                new Note(
                        kind,
                        id,
                        name.isEmpty()
                                ? "unknown"
                                : name.substring(0, Math.min(100, name.length())),
                        now,
                        now + LASTS.toSeconds());
        ArchiveTurn turn = new ArchiveTurn(store, KeyPrefix.turns(cluster), clock, note);
        boolean alone = false;
        try {
            turn.put(note);
            turn.requireAlone();
            alone = true;
        } finally {
            if (!alone) {
                turn.close();
            }
        }
        return turn;
    }

    /**
     * Renews the note when it is time to. To be called about every {@link #RENEW}, and by those who
     * remove before they go on.
     *
     * @throws TurnHeldException if another came meanwhile: this one slept for too long
     */
    public synchronized void keep() {
        long now = clock.instant().getEpochSecond();
        long age = now + LASTS.toSeconds() - note.until();
        if (closed || age >= 0 && age < RENEW.toSeconds()) {
            return;
        }
        Note before = note;
        Note renewed = note.until(now + LASTS.toSeconds());
        put(renewed);
        note = renewed;
        store.delete(prefix + before.name());
        // It may have lain there out of date, and another did not count it.
        requireAlone();
    }

    private void put(Note put) {
        store.put(
                prefix + put.name(),
                Body.of((put.words() + "\n").getBytes(StandardCharsets.UTF_8)));
    }

    private void requireAlone() {
        long now = clock.instant().getEpochSecond();
        try (Stream<StoredObject> all = store.list(prefix, "")) {
            all.flatMap(o -> Note.parse(o.key().substring(prefix.length())).stream())
                    .filter(other -> other.until() >= now && note.excludes(other))
                    .findFirst()
                    .ifPresent(
                            other -> {
                                throw new TurnHeldException(
                                        "The archive is in use by "
                                                + other.words()
                                                + ". Try again when that has ended; if its process"
                                                + " died, in "
                                                + LASTS.toMinutes()
                                                + " minutes.");
                            });
        }
    }

    /** Takes the note away, and those of the dead. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        store.delete(prefix + note.name());
        long longAgo = clock.instant().minus(Duration.ofDays(1)).getEpochSecond();
        try (Stream<StoredObject> all = store.list(prefix, "")) {
            all.map(StoredObject::key)
                    .filter(
                            key ->
                                    Note.parse(key.substring(prefix.length()))
                                            .filter(n -> n.until() < longAgo)
                                            .isPresent())
                    .toList()
                    .forEach(store::delete);
        }
    }
}
