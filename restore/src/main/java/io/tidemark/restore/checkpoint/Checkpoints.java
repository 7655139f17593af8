package io.tidemark.restore.checkpoint;

import io.tidemark.restore.RestoreException;
import io.tidemark.restore.RestoreTarget;
import io.tidemark.restore.replay.DocumentId;
import io.tidemark.restore.replay.DocumentWrite;
import io.tidemark.restore.replay.EarlierWrites;
import io.tidemark.restore.replay.ReplayState;
import io.tidemark.restore.replay.WriteLog;
import io.tidemark.restore.target.Bson;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.bson.RawDocumentBuilder;
import io.tidemark.schemas.model.Namespace;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.bson.BsonBinary;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonString;

/**
 * The checkpoints of one target, in the database of its mark: a state that everything up to some
 * point is in, replaced as a whole by the {@link RestoreMark}; and a log of what is changed after
 * it. Documents of other epochs than the mark's are leftovers. The log may be told by several
 * threads; the rest is for one.
 */
public final class Checkpoints implements WriteLog {
    private static final int CHANGE_BYTES = 4 * Long.BYTES;
    private static final RawDocument PLAIN = RawDocument.of(new RawDocumentBuilder().build());

    private final RestoreTarget target;
    private final MarkPlace place;
    private final AtomicLong logged = new AtomicLong();
    private final List<DocumentId> oldState = new ArrayList<>();
    private final List<DocumentId> oldLog = new ArrayList<>();
    private volatile RestoreMark mark;
    private long stateDocuments;
    private boolean resumed;

    /** What the mark and the log of an earlier run say. */
    public record Found(
            ReplayState state,
            EarlierWrites writes,
            Map<Namespace, Set<CollectionChange>> collections) {}

    private Checkpoints(RestoreTarget target, MarkPlace place, RestoreMark mark) {
        this.target = target;
        this.place = place;
        this.mark = mark;
    }

    /** The mark of the restore that is under way in a target, if it can go on. */
    public static Optional<RestoreMark> markOf(RestoreTarget target) {
        return markOf(target, MarkPlace.ALONE);
    }

    /** The same of a replica set that may not be alone there. */
    public static Optional<RestoreMark> markOf(RestoreTarget target, MarkPlace place) {
        return target.readMark(place.id()).flatMap(MarkDocument::read);
    }

    /**
     * Marks the target, in which nothing is written yet.
     *
     * @throws RestoreException.Held if another restore has marked it meanwhile
     */
    public static Checkpoints begin(RestoreTarget target, MarkPlace place, RestoreMark mark) {
        Checkpoints checkpoints = new Checkpoints(target, place, mark);
        if (!target.mark(MarkDocument.of(place.id(), mark), Optional.empty())) {
            throw checkpoints.taken();
        }
        checkpoints.prepare();
        return checkpoints;
    }

    /**
     * Goes on with what is there, in the place of the run that the mark names.
     *
     * @throws RestoreException.Held if that one, or another one, is at work
     */
    public static Checkpoints resume(
            RestoreTarget target, MarkPlace place, RestoreMark found, RunHolder holder) {
        Checkpoints checkpoints = new Checkpoints(target, place, found.heldBy(holder));
        RawDocument mark = MarkDocument.of(place.id(), checkpoints.mark);
        if (!target.mark(mark, Optional.of(expected(found, true)))) {
            throw checkpoints.taken();
        }
        checkpoints.resumed = true;
        checkpoints.prepare();
        return checkpoints;
    }

    /** What the checkpoint of a mark tells; writes nothing, and is not gone on with. */
    public static ReplayState stateOf(RestoreTarget target, RestoreMark mark) {
        return new Checkpoints(target, MarkPlace.ALONE, mark).read().state();
    }

    private static RestoreTarget.ExpectedMark expected(RestoreMark mark, boolean exactly) {
        OptionalLong beat =
                exactly && mark.run().isPresent()
                        ? OptionalLong.of(mark.run().get().beat())
                        : OptionalLong.empty();
        return new RestoreTarget.ExpectedMark(
                mark.run().map(RunHolder::run).map(UUID::toString), beat);
    }

    private RestoreException taken() {
        String who =
                markOf(target, place)
                        .flatMap(RestoreMark::run)
                        .map(run -> " (" + run.words() + ")")
                        .orElse("");
        return new RestoreException.Held(
                "Another run"
                        + who
                        + " has taken over target "
                        + target
                        + ", so this one writes nothing more there. Let it end; whoever runs the"
                        + " same afterwards goes on from its last checkpoint.");
    }

    /** True if an earlier run has marked the target. */
    public boolean isResumed() {
        return resumed;
    }

    private void prepare() {
        Set<Namespace> there = target.collections().keySet();
        for (Namespace own : List.of(place.state(), place.log())) {
            if (!there.contains(own)) {
                target.create(own, Optional.empty(), PLAIN);
            }
        }
    }

    public RestoreMark mark() {
        return mark;
    }

    /** The server, in whose own names the checkpoint and the log speak. */
    public RestoreTarget target() {
        return target;
    }

    public MarkPlace place() {
        return place;
    }

    public Standing standing() {
        return mark.standing();
    }

    /** Reads what an earlier run left; to be asked once, before anything is saved. */
    public Found read() {
        List<BsonDocument> state = new ArrayList<>(ofEpoch(place.state(), oldState).values());
        EarlierWrites writes = new EarlierWrites();
        Map<Namespace, Set<CollectionChange>> collections = new TreeMap<>();
        Map<Long, BsonDocument> log = ofEpoch(place.log(), oldLog);
        log.values().forEach(document -> read(document, writes, collections));
        logged.set(log.keySet().stream().mapToLong(Long::longValue).max().orElse(0));
        stateDocuments = state.size();
        return new Found(
                state.isEmpty() ? nothing() : StateDocuments.read(state), writes, collections);
    }

    private static ReplayState nothing() {
        return new ReplayState(
                0, 0, 0, List.of(), List.of(), List.of(), List.of(), 0, List.of(), List.of(),
                List.of());
    }

    /** In the order of their numbers; documents of other epochs are to be removed. */
    private Map<Long, BsonDocument> ofEpoch(Namespace namespace, List<DocumentId> others) {
        Map<Long, BsonDocument> found = new TreeMap<>();
        if (!target.collections().containsKey(namespace)) {
            // Cut off between its mark and these.
            return found;
        }
        target.scan(
                namespace,
                raw -> {
                    RawDocument own = RawDocument.of(raw.toBytes());
                    BsonDocument id = own.toBson().getDocument("_id");
                    if (id.getInt64("epoch").getValue() == mark.epoch()) {
                        found.put(id.getInt64("number").getValue(), own.toBson());
                    } else {
                        others.add(DocumentId.ofDocument(own));
                    }
                });
        return found;
    }

    private static void read(
            BsonDocument document,
            EarlierWrites writes,
            Map<Namespace, Set<CollectionChange>> collections) {
        if (document.containsKey("change")) {
            collections
                    .computeIfAbsent(
                            Namespace.of(document.getString("namespace").getValue()),
                            n -> new java.util.TreeSet<>())
                    .add(CollectionChange.valueOf(document.getString("change").getValue()));
            return;
        }
        long collection = document.getInt64("collection").getValue();
        ByteBuffer changes = ByteBuffer.wrap(document.getBinary("changes").getData());
        while (changes.remaining() >= CHANGE_BYTES) {
            writes.add(
                    collection,
                    new DocumentChange(
                            changes.getLong(),
                            changes.getLong(),
                            changes.getLong(),
                            changes.getLong()));
        }
    }

    /** Makes a checkpoint: all that {@code state} tells is in the target. */
    public void save(Standing standing, ReplayState state) {
        // Nothing of a run that lost the target must lie among the next one's documents.
        beat();
        long epoch = mark.epoch() + 1;
        List<DocumentWrite> writes = deletes(oldState);
        long number = 0;
        for (BsonDocument document : StateDocuments.of(state)) {
            RawDocument numbered = numbered(epoch, ++number, document);
            writes.add(new DocumentWrite.Put(DocumentId.ofDocument(numbered), numbered, true));
        }
        target.write(place.state(), writes);
        long before = mark.epoch();
        put(mark.next(standing));
        forget(before, stateDocuments, oldState);
        stateDocuments = number;
        removeLog(before);
    }

    /** Says more about the checkpoint that is there; its log goes on. */
    public synchronized void put(RestoreMark now) {
        // What is put was made of a mark that may have had another beat.
        RestoreMark held = mark.run().map(now::heldBy).orElse(now);
        if (!target.mark(MarkDocument.of(place.id(), held), Optional.of(expected(held, false)))) {
            throw taken();
        }
        mark = held;
    }

    /** A sign of life. */
    synchronized void beat() {
        RestoreMark next = mark.run().map(run -> mark.heldBy(run.next())).orElse(mark);
        if (!target.mark(MarkDocument.of(place.id(), next), Optional.of(expected(next, false)))) {
            throw taken();
        }
        mark = next;
    }

    private void removeLog(long epoch) {
        forget(epoch, logged.getAndSet(0), oldLog);
        if (!oldLog.isEmpty()) {
            target.write(place.log(), deletes(oldLog));
        }
    }

    private static void forget(long epoch, long count, List<DocumentId> old) {
        for (long number = 1; number <= count; number++) {
            old.add(DocumentId.ofDocument(numbered(epoch, number, new BsonDocument())));
        }
    }

    private static List<DocumentWrite> deletes(List<DocumentId> old) {
        List<DocumentWrite> deletes = new ArrayList<>();
        old.forEach(id -> deletes.add(new DocumentWrite.Delete(id)));
        old.clear();
        return deletes;
    }

    private static RawDocument numbered(long epoch, long number, BsonDocument document) {
        BsonDocument numbered =
                new BsonDocument(
                        "_id",
                        new BsonDocument("epoch", new BsonInt64(epoch))
                                .append("number", new BsonInt64(number)));
        numbered.putAll(document);
        return Bson.raw(numbered);
    }

    @Override
    public void documents(long collection, List<DocumentChange> changes) {
        ByteBuffer packed = ByteBuffer.allocate(changes.size() * CHANGE_BYTES);
        changes.forEach(
                c ->
                        packed.putLong(c.id())
                                .putLong(c.before())
                                .putLong(c.after())
                                .putLong(c.operation()));
        append(
                new BsonDocument("collection", new BsonInt64(collection))
                        .append("changes", new BsonBinary(packed.array())));
    }

    @Override
    public void collection(CollectionChange change, Namespace namespace) {
        append(
                new BsonDocument("change", new BsonString(change.name()))
                        .append("namespace", new BsonString(namespace.toString())));
    }

    private void append(BsonDocument document) {
        target.append(
                place.log(), List.of(numbered(mark.epoch(), logged.incrementAndGet(), document)));
    }
}
