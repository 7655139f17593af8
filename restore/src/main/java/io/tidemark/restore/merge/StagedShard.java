package io.tidemark.restore.merge;

import io.tidemark.restore.replay.PlacedTarget;
import io.tidemark.restore.replay.ReplayTarget;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.Namespace;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
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
public final class StagedShard extends PlacedTarget {
    /** Collections whose names begin so are an unfinished restore's. */
    public static final String PREFIX = "tidemark_stage";

    private static final Pattern PLACE = Pattern.compile(PREFIX + "\\d+_(\\d+)_.*", Pattern.DOTALL);

    /** Of a namespace, in bytes (MongoDB manual, "MongoDB Limits and Thresholds", from 4.4 on). */
    private static final int LONGEST = 255;

    private final ReplayTarget target;
    private final int number;
    private final UnaryOperator<String> databases;
    private final AtomicInteger last = new AtomicInteger();
    private final Map<Namespace, Namespace> places = new ConcurrentHashMap<>();

    /**
     * @param number of the shard, different from the others of this target
     * @param databases where a database's collections wait: where most get their names, as servers
     *     rename collections within one database
     */
    StagedShard(ReplayTarget target, int number, UnaryOperator<String> databases) {
        super(target);
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
    protected Namespace nameOf(Namespace source) {
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

    /** With whichever UUID the target gives it: a router may give it another one at any rename. */
    @Override
    public Optional<UUID> create(Namespace namespace, Optional<UUID> wanted, RawDocument options) {
        super.create(namespace, Optional.empty(), options);
        return Optional.empty();
    }

    @Override
    public Optional<UUID> convertToCapped(Namespace namespace, long sizeBytes) {
        super.convertToCapped(namespace, sizeBytes);
        return Optional.empty();
    }

    @Override
    public void drop(Namespace namespace) {
        dropPlace(target, nameOf(namespace));
        places.remove(namespace);
    }

    /** A time-series collection takes its buckets along, where a server has it. */
    static void dropPlace(ReplayTarget target, Namespace place) {
        if (Naming.isBuckets(place)) {
            target.drop(Naming.seriesOf(place));
        }
        target.drop(place);
    }

    /** In the source alone. */
    @Override
    public void rename(Namespace from, Namespace to) {
        places.put(to, nameOf(from));
        places.remove(from);
    }
}
