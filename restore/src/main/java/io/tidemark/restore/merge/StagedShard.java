package io.tidemark.restore.merge;

import io.tidemark.restore.RestoreTarget;
import io.tidemark.restore.replay.DocumentId;
import io.tidemark.restore.replay.DocumentWrite;
import io.tidemark.restore.target.TargetFacts;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.Namespace;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * One shard's part of a common target: its collections stand there under names of their own, in
 * their database, until they are whole. The same document on two shards, as a migration leaves it,
 * is two documents here; who owns it is decided at the end. UUIDs are the target's own.
 */
public final class StagedShard implements RestoreTarget {
    /** Collections whose names begin so are an unfinished restore's. */
    public static final String PREFIX = "tidemark_stage";

    /** Of a namespace, in bytes (MongoDB manual, "MongoDB Limits and Thresholds", from 4.4 on). */
    private static final int LONGEST = 255;

    private final RestoreTarget target;
    private final int number;
    private final UnaryOperator<String> databases;
    private final Set<Namespace> waiting = ConcurrentHashMap.newKeySet();
    private final Map<Namespace, Namespace> landed = new ConcurrentHashMap<>();

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
        return Naming.seriesOf(namespace).collection().startsWith(PREFIX);
    }

    /** Where a collection of the source stands in the target now. */
    Namespace placeOf(Namespace source) {
        Namespace place = landed.get(source);
        return place == null ? staged(source) : place;
    }

    private Namespace staged(Namespace source) {
        String prefix = PREFIX + number + "_";
        String database = databases.apply(source.database());
        Namespace series = Naming.seriesOf(source);
        String name = prefix + series.collection();
        String buckets = Naming.bucketsOf(new Namespace(database, name)).toString();
        if (buckets.getBytes(StandardCharsets.UTF_8).length > LONGEST) {
            name = prefix + digest(series.collection());
        }
        Namespace staged = new Namespace(database, name);
        return Naming.isBuckets(source) ? Naming.bucketsOf(staged) : staged;
    }

    private static String digest(String name) {
        try {
            byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** The collection gets its name, which is free. */
    void land(Namespace source, Namespace name) {
        target.rename(staged(source), name);
        landed(source, name);
    }

    /** Under its name there is the collection now; what waited under the staged one is gone. */
    void landed(Namespace source, Namespace name) {
        waiting.remove(source);
        landed.put(source, name);
    }

    /** What has not landed goes. */
    void dropWaiting() {
        List.copyOf(waiting).forEach(this::drop);
    }

    @Override
    public Optional<UUID> create(Namespace namespace, Optional<UUID> wanted, RawDocument options) {
        waiting.add(namespace);
        return target.create(placeOf(namespace), Optional.empty(), options);
    }

    @Override
    public void drop(Namespace namespace) {
        Namespace place = placeOf(namespace);
        if (Naming.isBuckets(place)) {
            target.drop(Naming.seriesOf(place));
        }
        target.drop(place);
        waiting.remove(namespace);
    }

    @Override
    public void rename(Namespace from, Namespace to) {
        target.rename(placeOf(from), placeOf(to));
        waiting.remove(from);
        waiting.add(to);
    }

    @Override
    public void modify(Namespace namespace, RawDocument changes) {
        target.modify(placeOf(namespace), changes);
    }

    @Override
    public Optional<UUID> convertToCapped(Namespace namespace, long sizeBytes) {
        return target.convertToCapped(placeOf(namespace), sizeBytes);
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
    public Optional<RawDocument> readMark() {
        return target.readMark();
    }

    @Override
    public void append(Namespace namespace, List<RawDocument> documents) {
        throw new UnsupportedOperationException("a restore into a common target begins again");
    }

    @Override
    public boolean mark(RawDocument mark, Optional<ExpectedMark> expected) {
        throw new UnsupportedOperationException("a common target is marked once");
    }

    @Override
    public void unmark() {
        throw new UnsupportedOperationException("a common target is marked once");
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
