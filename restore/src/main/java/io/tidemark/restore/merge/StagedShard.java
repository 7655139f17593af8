package io.tidemark.restore.merge;

import io.tidemark.restore.RestoreTarget;
import io.tidemark.restore.replay.DocumentId;
import io.tidemark.restore.replay.DocumentWrite;
import io.tidemark.restore.target.TargetFacts;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.Namespace;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One shard's part of a common target: its collections stand there in places of their own, in their
 * database, until they are whole. The same document on two shards, as a migration leaves it, is two
 * documents here; who owns it is decided at the end.
 *
 * <p>A collection that is renamed keeps its place, and no place is used twice: so what a restore
 * that was cut off has left is known by its place alone. Servers don't always keep the UUID of a
 * collection that they rename (a router of 5.0 and later may not), so UUIDs tell nothing here.
 */
public final class StagedShard implements RestoreTarget {
    /** Collections whose names begin so are an unfinished restore's. */
    public static final String PREFIX = "tidemark_stage";

    private static final Pattern PLACE = Pattern.compile(PREFIX + "\\d+_(\\d+)_.*", Pattern.DOTALL);

    /** Of a namespace, in bytes (MongoDB manual, "MongoDB Limits and Thresholds", from 4.4 on). */
    private static final int LONGEST = 255;

    private final RestoreTarget target;
    private final int number;
    private final UnaryOperator<String> databases;
    private final AtomicInteger last = new AtomicInteger();
    private final Map<Namespace, Namespace> places = new ConcurrentHashMap<>();

    /**
     * @param number of the shard, different from the others of this target
     * @param databases where a database's collections wait: where most get their names, as servers
     *     rename collections within one database
     */
    StagedShard(RestoreTarget target, int number, UnaryOperator<String> databases) {
        this.target = target;
        this.number = number;
        this.databases = databases;
    }

    /** True if a collection of a target is a restore's that has not ended. */
    public static boolean isStaged(Namespace namespace) {
        return PLACE.matcher(Naming.seriesOf(namespace).collection()).matches();
    }

    int number() {
        return number;
    }

    /** Where a collection of the source stands in the target now, or will stand. */
    @Override
    public Namespace placeOf(Namespace source) {
        return places.computeIfAbsent(source, this::newPlace);
    }

    @Override
    public Namespace placeOfRenamed(Namespace from, Namespace to) {
        return placeOf(from);
    }

    @Override
    public void resumesAt(Namespace source, Namespace place) {
        places.put(source, place);
        Matcher parts = PLACE.matcher(Naming.seriesOf(place).collection());
        if (parts.matches()) {
            last.accumulateAndGet(Integer.parseInt(parts.group(1)), Math::max);
        }
    }

    private Namespace newPlace(Namespace source) {
        Namespace series = Naming.seriesOf(source);
        String database = databases.apply(source.database());
        String name = PREFIX + number + "_" + last.incrementAndGet() + "_" + series;
        while (sizeOf(Naming.bucketsOf(new Namespace(database, name))) > LONGEST) {
            // Between characters of the basic plane and others alike.
            name = name.substring(0, name.offsetByCodePoints(name.length(), -1));
        }
        Namespace place = new Namespace(database, name);
        return Naming.isBuckets(source) ? Naming.bucketsOf(place) : place;
    }

    private static int sizeOf(Namespace namespace) {
        return namespace.toString().getBytes(StandardCharsets.UTF_8).length;
    }

    /** The collection has that name now, where it stays. */
    void landed(Namespace source, Namespace name) {
        places.put(source, name);
    }

    @Override
    public Optional<UUID> create(Namespace namespace, Optional<UUID> wanted, RawDocument options) {
        target.create(placeOf(namespace), Optional.empty(), options);
        return Optional.empty();
    }

    @Override
    public void drop(Namespace namespace) {
        Namespace place = placeOf(namespace);
        dropPlace(target, place);
        places.remove(namespace);
    }

    /** A time-series collection takes its buckets along, where a server has it. */
    static void dropPlace(RestoreTarget target, Namespace place) {
        if (Naming.isBuckets(place)) {
            target.drop(Naming.seriesOf(place));
        }
        target.drop(place);
    }

    @Override
    public void rename(Namespace from, Namespace to) {
        places.put(to, placeOf(from));
        places.remove(from);
    }

    @Override
    public void modify(Namespace namespace, RawDocument changes) {
        target.modify(placeOf(namespace), changes);
    }

    @Override
    public Optional<UUID> convertToCapped(Namespace namespace, long sizeBytes) {
        target.convertToCapped(placeOf(namespace), sizeBytes);
        return Optional.empty();
    }

    @Override
    public void find(
            Namespace namespace, Set<DocumentId> ids, BiConsumer<DocumentId, RawDocument> reader) {
        target.find(placeOf(namespace), ids, reader);
    }

    @Override
    public void write(
            Namespace namespace,
            List<DocumentWrite> writes,
            BiConsumer<DocumentId, RawDocument> displaced) {
        target.write(placeOf(namespace), writes, displaced);
    }

    @Override
    public void writeInOrder(Namespace namespace, List<DocumentWrite> writes) {
        target.writeInOrder(placeOf(namespace), writes);
    }

    @Override
    public Set<DocumentId> insertAbsent(Namespace namespace, List<DocumentWrite.Put> documents) {
        return target.insertAbsent(placeOf(namespace), documents);
    }

    @Override
    public void createIndex(Namespace namespace, RawDocument specification) {
        target.createIndex(placeOf(namespace), specification);
    }

    @Override
    public void scan(Namespace namespace, Consumer<RawDocument> reader) {
        target.scan(placeOf(namespace), reader);
    }

    @Override
    public TargetFacts inspect() {
        return target.inspect();
    }

    @Override
    public void expireDocuments(boolean on) {
        throw new UnsupportedOperationException("a common target's expiry goes on");
    }

    @Override
    public Optional<RawDocument> newest(Namespace namespace) {
        return target.newest(placeOf(namespace));
    }

    @Override
    public Map<Namespace, Optional<UUID>> collections() {
        return target.collections();
    }

    @Override
    public Optional<RawDocument> readMark(String id) {
        return target.readMark(id);
    }

    @Override
    public void append(Namespace namespace, List<RawDocument> documents) {
        throw new UnsupportedOperationException("notes are of the target, not of a shard's part");
    }

    @Override
    public boolean mark(RawDocument mark, Optional<ExpectedMark> expected) {
        throw new UnsupportedOperationException("marks are of the target, not of a shard's part");
    }

    @Override
    public void unmark() {
        throw new UnsupportedOperationException("marks are of the target, not of a shard's part");
    }

    /** Nothing: the target is closed by whoever opened it. */
    @Override
    public void close() {
        // See above.
    }

    @Override
    public String toString() {
        return target.toString();
    }
}
