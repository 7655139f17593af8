package io.tidemark.restore.external;

import io.tidemark.restore.RestoreTarget;
import io.tidemark.restore.fetch.BaseLoad;
import io.tidemark.restore.replay.CollectionState;
import io.tidemark.restore.replay.DocumentId;
import io.tidemark.restore.replay.DocumentWrite;
import io.tidemark.restore.replay.MemoryTarget;
import io.tidemark.restore.replay.NamespaceRules;
import io.tidemark.restore.replay.ReplayTarget;
import io.tidemark.restore.replay.ShardReplay;
import io.tidemark.restore.target.HeldCollection;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.bson.RawDocumentBuilder;
import io.tidemark.schemas.bson.RawElement;
import io.tidemark.schemas.model.Namespace;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.LongConsumer;

/**
 * Takes what a target holds for the base: its collections stay where they are and replay goes on
 * with them; the cluster's metadata are followed aside, as they are over any base. Indexes go, to
 * be built at the end as of the restored time: until then unique keys may pass from one document to
 * another.
 */
public final class Adoption {
    private static final int AT_ONCE = 1_000;
    private static final int DOCUMENTS_PER_WORD = 10_000;
    private static final String VIEWS = "system.views";
    private static final Namespace COLLECTIONS = Namespace.of("config.collections");
    private static final String SESSIONS = "config.system.sessions";
    private static final RawDocument NO_OPTIONS = RawDocument.of(new RawDocumentBuilder().build());

    private final ShardReplay replay;
    private final RestoreTarget holder;
    private final MemoryTarget metadata;
    private long documents;

    /**
     * @param holder the target that holds the base
     * @param metadata where replay holds views
     */
    public Adoption(ShardReplay replay, RestoreTarget holder, MemoryTarget metadata) {
        this.replay = replay;
        this.holder = holder;
        this.metadata = metadata;
    }

    /**
     * Reads the base; changes nothing of it, so a run that was cut off begins behind the
     * collections that its checkpoint knows.
     *
     * @param before so many collections an earlier run has read, with {@code documentsBefore}
     * @param words told how many documents were read
     * @param progress told after each collection
     */
    public void read(
            int before, long documentsBefore, LongConsumer words, BaseLoad.Progress progress) {
        documents = documentsBefore;
        int collections = 0;
        for (HeldCollection collection : held()) {
            collections++;
            if (collections > before) {
                read(collection, words);
                progress.loaded(collections, documents, true);
            }
        }
        replay.await();
        words.accept(documents);
    }

    private List<HeldCollection> held() {
        return holder.held().stream()
                .filter(c -> !c.namespace().database().equals(ReplayTarget.MARK_DATABASE))
                .sorted(Comparator.comparing(HeldCollection::namespace))
                .toList();
    }

    private void read(HeldCollection collection, LongConsumer words) {
        switch (replay.routeOf(collection.namespace())) {
            case DATA -> adopt(collection, words);
            case METADATA, STAGED -> copy(collection, words);
            default -> {
                // The target's own.
            }
        }
    }

    /**
     * Takes away what is built anew as of the restored time: indexes and views, and chunks, which
     * wait aside by now. Replay knows all of it; done twice it is harmless.
     */
    public void strip() {
        for (CollectionState collection : replay.collections()) {
            if (collection.target() == holder) {
                holder.dropIndexes(collection.namespace());
            }
            if (replay.routeOf(collection.namespace()) == NamespaceRules.Route.STAGED) {
                empty(collection.namespace());
            }
        }
        for (Namespace views : metadata.collections().keySet()) {
            if (views.collection().equals(VIEWS)) {
                metadata.documents(views).stream()
                        .flatMap(view -> view.string("_id").flatMap(Namespace::parse).stream())
                        .forEach(holder::drop);
            }
        }
    }

    private void adopt(HeldCollection held, LongConsumer progress) {
        if (held.isTimeSeries()) {
            return;
        }
        if (held.isView()) {
            addView(held);
            return;
        }
        CollectionState collection =
                replay.adopt(held.namespace(), held.uuid(), held.options(), held.indexes());
        holder.scan(
                held.namespace(),
                document -> {
                    collection.expected().add(DocumentId.ofDocument(document), document);
                    count(progress);
                });
    }

    private void copy(HeldCollection held, LongConsumer progress) {
        // The views are made of what the target lists.
        if (held.namespace().collection().equals(VIEWS)) {
            return;
        }
        Optional<CollectionState> known = replay.named(held.namespace());
        CollectionState collection =
                known.orElseGet(
                        () ->
                                // By name: a target may have made its config database anew.
                                replay.addBase(
                                        held.namespace(),
                                        Optional.empty(),
                                        Optional.empty(),
                                        NO_OPTIONS,
                                        List.of()));
        holder.scan(
                held.namespace(),
                document -> {
                    replay.loadInto(collection, RawDocument.of(document.toBytes()));
                    count(progress);
                });
    }

    /** It is made again at the end, as of the restored time. */
    private void addView(HeldCollection view) {
        Namespace views = view.namespace().withCollection(VIEWS);
        CollectionState state =
                replay.named(views)
                        .orElseGet(
                                () ->
                                        replay.addBase(
                                                views,
                                                Optional.empty(),
                                                Optional.empty(),
                                                NO_OPTIONS,
                                                List.of()));
        RawDocumentBuilder definition = new RawDocumentBuilder();
        definition.appendString("_id", view.namespace().toString());
        view.options().forEach(definition::append);
        replay.loadInto(state, RawDocument.of(definition.build()));
    }

    /** Chunks, which wait aside by now; those of the sessions stay the target's own. */
    private void empty(Namespace namespace) {
        Optional<UUID> sessions = sessions();
        List<DocumentId> ids = new ArrayList<>();
        holder.scan(
                namespace,
                chunk -> {
                    boolean own =
                            chunk.string("ns").filter(SESSIONS::equals).isPresent()
                                    || sessions.isPresent()
                                            && chunk.find("uuid")
                                                    .flatMap(RawElement::uuid)
                                                    .equals(sessions);
                    if (!own) {
                        ids.add(DocumentId.ofDocument(chunk));
                    }
                });
        for (int from = 0; from < ids.size(); from += AT_ONCE) {
            holder.write(
                    namespace,
                    ids.subList(from, Math.min(ids.size(), from + AT_ONCE)).stream()
                            .<DocumentWrite>map(DocumentWrite.Delete::new)
                            .toList());
        }
    }

    private Optional<UUID> sessions() {
        List<UUID> found = new ArrayList<>();
        if (holder.inspect().collections().contains(COLLECTIONS)) {
            holder.scan(
                    COLLECTIONS,
                    entry -> {
                        if (entry.string("_id").filter(SESSIONS::equals).isPresent()) {
                            entry.find("uuid").flatMap(RawElement::uuid).ifPresent(found::add);
                        }
                    });
        }
        return found.stream().findFirst();
    }

    private void count(LongConsumer progress) {
        if (++documents % DOCUMENTS_PER_WORD == 0) {
            progress.accept(documents);
        }
    }
}
