package io.tidemark.restore.fetch;

import io.tidemark.restore.config.ClusterMetadata;
import io.tidemark.restore.readahead.ReadAhead;
import io.tidemark.restore.replay.CollectionState;
import io.tidemark.restore.replay.NamespaceRules;
import io.tidemark.restore.replay.ShardReplay;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.bson.RawDocumentBuilder;
import io.tidemark.schemas.bson.RawElement;
import io.tidemark.schemas.model.Namespace;
import io.tidemark.storage.base.BaseCollection;
import io.tidemark.storage.base.BaseManifest;
import io.tidemark.storage.base.BaseReader;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Loads a base: first all collections, so that a refusal comes early, then their documents. */
public final class BaseLoad {
    private static final String BUCKETS = "system.buckets.";

    private final ShardReplay replay;
    private final BaseReader reader;
    private final BaseManifest manifest;
    private final Map<BaseCollection, CollectionState> created = new LinkedHashMap<>();
    private boolean again;

    public BaseLoad(ShardReplay replay, BaseReader reader, BaseManifest manifest) {
        this.replay = replay;
        this.reader = reader;
        this.manifest = manifest;
    }

    /**
     * Creates what is restored.
     *
     * @param cluster tells the UUIDs of sharded collections, for bases that don't
     */
    public void create(ClusterMetadata cluster) {
        inOrder().forEach(collection -> create(collection, cluster));
    }

    /** Goes on with the collections that an earlier run created. */
    public void createdBefore() {
        again = true;
        for (BaseCollection collection : inOrder()) {
            boolean stored =
                    replay.routeOf(collection.namespace()) != NamespaceRules.Route.SKIP
                            && collection.type() != BaseCollection.Type.VIEW;
            if (stored) {
                created.put(collection, replay.named(storedName(collection)).orElseThrow());
            }
        }
    }

    /** Told after each part. */
    public interface Progress {
        /**
         * @param parts how many are loaded so far
         * @param documents how many are in them
         * @param settled false within a collection that must be loaded in one go
         */
        void loaded(int parts, long documents, boolean settled);
    }

    /**
     * Loads the documents.
     *
     * @param partsBefore so many parts an earlier run loaded, with {@code documentsBefore}
     */
    public void documents(int partsBefore, long documentsBefore, Progress progress) {
        int parts = 0;
        long documents = documentsBefore;
        for (Map.Entry<BaseCollection, CollectionState> each : created.entrySet()) {
            BaseCollection stored = each.getKey();
            CollectionState collection = each.getValue();
            boolean begun = parts >= partsBefore;
            if (begun && again && collection.isCapped()) {
                replay.startAgain(collection);
            }
            for (int part = 0; part < stored.parts().size(); part++) {
                parts++;
                if (parts > partsBefore) {
                    documents += load(stored, part, collection);
                    boolean last = part + 1 == stored.parts().size();
                    progress.loaded(parts, documents, last || !collection.isCapped());
                }
            }
        }
    }

    private long load(BaseCollection stored, int part, CollectionState collection) {
        long loaded = 0;
        try (ReadAhead<RawDocument> documents =
                ReadAhead.of(
                        "restore-base-read",
                        reader.documents(manifest, stored, part),
                        RawDocument::sizeBytes)) {
            while (documents.hasNext()) {
                replay.loadInto(collection, documents.next());
                loaded++;
            }
        }
        return loaded;
    }

    /** A time-series collection tells the options of the buckets that hold its documents. */
    private List<BaseCollection> inOrder() {
        return manifest.collections().stream()
                .sorted(Comparator.comparing(c -> c.type() != BaseCollection.Type.TIMESERIES))
                .toList();
    }

    private void create(BaseCollection collection, ClusterMetadata cluster) {
        if (replay.routeOf(collection.namespace()) == NamespaceRules.Route.SKIP) {
            return;
        }
        if (collection.type() == BaseCollection.Type.VIEW) {
            addView(collection);
            return;
        }
        Namespace namespace = storedName(collection);
        Optional<CollectionState> known = replay.named(namespace);
        CollectionState state = known.orElseGet(() -> add(collection, namespace, cluster));
        created.put(collection, state);
    }

    private CollectionState add(
            BaseCollection collection, Namespace namespace, ClusterMetadata cluster) {
        Optional<UUID> own =
                collection.uuidKnown() ? Optional.of(collection.uuid()) : Optional.empty();
        Optional<UUID> told =
                Optional.ofNullable(cluster.shardedCollections().get(namespace))
                        .flatMap(ClusterMetadata.ShardedCollection::uuid);
        return replay.addBase(
                namespace, own, told, withoutUuid(collection.options()), collection.indexes());
    }

    private void addView(BaseCollection view) {
        Namespace views = view.namespace().withCollection("system.views");
        CollectionState state =
                replay.named(views)
                        .orElseGet(
                                () ->
                                        replay.addBase(
                                                views,
                                                Optional.empty(),
                                                Optional.empty(),
                                                RawDocument.of(new RawDocumentBuilder().build()),
                                                List.of()));
        RawDocumentBuilder definition = new RawDocumentBuilder();
        definition.appendString("_id", view.namespace().toString());
        view.options().forEach(definition::append);
        replay.loadInto(state, RawDocument.of(definition.build()));
    }

    private static Namespace storedName(BaseCollection collection) {
        String name = collection.namespace().collection();
        boolean series =
                collection.type() == BaseCollection.Type.TIMESERIES && !name.startsWith(BUCKETS);
        return series
                ? collection.namespace().withCollection(BUCKETS + name)
                : collection.namespace();
    }

    private static RawDocument withoutUuid(RawDocument options) {
        RawDocumentBuilder rest = new RawDocumentBuilder(options.sizeBytes());
        for (RawElement option : options) {
            if (!option.isNamed("uuid") && !option.isNamed("temp")) {
                rest.append(option);
            }
        }
        return RawDocument.of(rest.build());
    }
}
