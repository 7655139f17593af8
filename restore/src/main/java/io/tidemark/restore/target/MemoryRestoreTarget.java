package io.tidemark.restore.target;

import io.tidemark.restore.RestoreTarget;
import io.tidemark.restore.replay.DocumentId;
import io.tidemark.restore.replay.DocumentWrite;
import io.tidemark.restore.replay.MemoryTarget;
import io.tidemark.restore.replay.ReplayTarget;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.bson.RawElement;
import io.tidemark.schemas.model.Namespace;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * A target in memory, for simulations and tests that need thousands of them: it answers the guard's
 * questions as an empty lone server would, and keeps the port's promises.
 */
public class MemoryRestoreTarget implements RestoreTarget {
    private final MemoryTarget data = new MemoryTarget();
    private final String address;
    private final Map<String, RawDocument> marks = new HashMap<>();

    /**
     * @param address what messages call it
     */
    public MemoryRestoreTarget(String address) {
        this.address = address;
    }

    /** What a collection holds, in natural order. */
    public List<RawDocument> documents(String namespace) {
        return data.documents(Namespace.of(namespace));
    }

    /** What it holds. */
    public MemoryTarget data() {
        return data;
    }

    /** What the mark of an unfinished restore says. */
    public Optional<String> mark() {
        return readMark().flatMap(m -> m.string("description"));
    }

    @Override
    public TargetFacts inspect() {
        return new TargetFacts(
                address,
                List.of(address),
                Optional.empty(),
                "8.0.0",
                true,
                List.copyOf(data.collections().keySet()),
                Optional.empty(),
                List.of(),
                List.of(),
                data.documents(Namespace.of("config.chunks")).size(),
                true,
                TargetCondition.UNKNOWN,
                mark());
    }

    @Override
    public void expireDocuments(boolean on) {
        // Documents in memory stay, whatever is asked for.
    }

    @Override
    public void ownOplog(Predicate<RawDocument> reader) {
        // A lone server has none.
    }

    @Override
    public synchronized boolean mark(RawDocument now, Optional<ExpectedMark> expected) {
        String id = now.string("_id").orElseThrow();
        Optional<ExpectedMark> there = marked(id);
        if (!there.equals(expected.map(e -> wanted(e, there)))) {
            return false;
        }
        marks.put(id, RawDocument.of(now.toBytes()));
        return true;
    }

    /** The run and its beat, as the mark has them. */
    private Optional<ExpectedMark> marked(String id) {
        return readMark(id)
                .map(
                        m -> {
                            Optional<RawDocument> run = m.document("run");
                            return new ExpectedMark(
                                    run.flatMap(r -> r.string("id")),
                                    run.flatMap(r -> r.find("beat"))
                                            .map(RawElement::number)
                                            .orElse(OptionalLong.empty()));
                        });
    }

    private static ExpectedMark wanted(ExpectedMark expected, Optional<ExpectedMark> there) {
        OptionalLong any = there.map(ExpectedMark::beat).orElse(OptionalLong.empty());
        return new ExpectedMark(
                expected.run(), expected.beat().isPresent() ? expected.beat() : any);
    }

    @Override
    public synchronized Optional<RawDocument> readMark(String id) {
        return Optional.ofNullable(marks.get(id));
    }

    @Override
    public void append(Namespace namespace, List<RawDocument> documents) {
        data.write(
                namespace,
                documents.stream()
                        .<DocumentWrite>map(
                                d -> new DocumentWrite.Put(DocumentId.ofDocument(d), d, true))
                        .toList());
    }

    @Override
    public Map<Namespace, Optional<UUID>> collections() {
        Map<Namespace, Optional<UUID>> all = new HashMap<>();
        data.collections().forEach((name, contents) -> all.put(name, contents.uuid()));
        return all;
    }

    @Override
    public List<HeldCollection> held() {
        List<HeldCollection> held = new ArrayList<>();
        data.collections()
                .forEach(
                        (name, contents) ->
                                held.add(
                                        new HeldCollection(
                                                name,
                                                contents.options().has("viewOn")
                                                        ? "view"
                                                        : "collection",
                                                contents.uuid(),
                                                contents.options(),
                                                contents.indexes())));
        return held;
    }

    @Override
    public void dropIndexes(Namespace namespace) {
        data.collections().get(namespace).indexes().clear();
    }

    @Override
    public Optional<RawDocument> newest(Namespace namespace) {
        return data.newest(namespace);
    }

    @Override
    public void unmark() {
        marks.clear();
        data.collections().keySet().stream()
                .filter(c -> c.database().equals(ReplayTarget.MARK_DATABASE))
                .forEach(data::drop);
    }

    /** What has the UUID under another name is taken for the collection, as a server does it. */
    @Override
    public Optional<UUID> create(Namespace namespace, Optional<UUID> wanted, RawDocument options) {
        Optional<Namespace> taken =
                wanted.flatMap(
                        uuid ->
                                data.collections().entrySet().stream()
                                        .filter(c -> c.getValue().uuid().equals(wanted))
                                        .map(Map.Entry::getKey)
                                        .findFirst());
        if (taken.isPresent()) {
            data.rename(taken.get(), namespace);
            return wanted;
        }
        return data.create(namespace, wanted.or(() -> Optional.of(UUID.randomUUID())), options);
    }

    @Override
    public void drop(Namespace namespace) {
        data.drop(namespace);
    }

    @Override
    public void rename(Namespace from, Namespace to) {
        data.rename(from, to);
    }

    @Override
    public void modify(Namespace namespace, RawDocument changes) {
        data.modify(namespace, changes);
    }

    @Override
    public Optional<UUID> convertToCapped(Namespace namespace, long sizeBytes) {
        return data.convertToCapped(namespace, sizeBytes);
    }

    @Override
    public void find(
            Namespace namespace, Set<DocumentId> ids, BiConsumer<DocumentId, RawDocument> reader) {
        data.find(namespace, ids, reader);
    }

    @Override
    public void write(
            Namespace namespace,
            List<DocumentWrite> writes,
            BiConsumer<DocumentId, RawDocument> displaced) {
        data.write(namespace, writes, displaced);
    }

    @Override
    public void writeInOrder(Namespace namespace, List<DocumentWrite> writes) {
        data.writeInOrder(namespace, writes);
    }

    @Override
    public void createIndex(Namespace namespace, RawDocument specification) {
        data.createIndex(namespace, specification);
    }

    @Override
    public void scan(Namespace namespace, Consumer<RawDocument> reader) {
        // A reader may wait for writes, as it may on a server.
        List<RawDocument> all = new ArrayList<>();
        data.scan(namespace, all::add);
        all.forEach(reader);
    }

    @Override
    public void close() {
        // Nothing is open.
    }
}
