package io.tidemark.restore;

import io.tidemark.restore.timeline.ClusterTimeline;
import io.tidemark.restore.timeline.TimelineLookup;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.bson.RawDocumentBuilder;
import io.tidemark.schemas.layout.BasePlace;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.model.Namespace;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.ReplicaSetRole;
import io.tidemark.schemas.oplog.OplogEntry;
import io.tidemark.storage.base.BaseCollection;
import io.tidemark.storage.base.BaseManifest;
import io.tidemark.storage.base.BaseMethod;
import io.tidemark.storage.base.CollectionWriter;
import io.tidemark.storage.frames.FrameKeys;
import io.tidemark.storage.frames.FrameOptions;
import io.tidemark.storage.object.FileObjectStore;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.storage.slice.SealedSlice;
import io.tidemark.storage.slice.SliceStart;
import io.tidemark.storage.slice.SliceWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** An archive in a folder, written entry by entry. */
public final class TestArchive implements AutoCloseable {
    public static final ClusterName CLUSTER = new ClusterName("test");
    private static final int ENTRIES_PER_SLICE = 50;

    private final ObjectStore store;

    public TestArchive(Path folder) {
        store = new FileObjectStore(folder);
    }

    public ObjectStore store() {
        return store;
    }

    /** As whoever restores works it out of the archive. */
    public ClusterTimeline timeline() {
        return new TimelineLookup(store, FrameKeys.NONE, CLUSTER).fromArchive(entries -> {});
    }

    /** Slices of at most fifty entries each, the first one behind {@code after}. */
    public void slices(
            String set, ReplicaSetRole role, ClusterTime after, Collection<OplogEntry> entries) {
        slices(Incarnation.UNKNOWN, set, role, after, entries);
    }

    /** The same of one of several lives of the replica set. */
    public void slices(
            Incarnation incarnation,
            String set,
            ReplicaSetRole role,
            ClusterTime after,
            Collection<OplogEntry> entries) {
        Iterator<OplogEntry> left = entries.iterator();
        SliceStart start =
                new SliceStart(
                        CLUSTER,
                        incarnation,
                        new ReplicaSet(set),
                        Optional.of(role),
                        after,
                        List.of());
        while (left.hasNext()) {
            try (SliceWriter writer = new SliceWriter(start, FrameOptions.defaults())) {
                for (int i = 0; i < ENTRIES_PER_SLICE && left.hasNext(); i++) {
                    writer.add(left.next());
                }
                try (SealedSlice slice = writer.seal()) {
                    slice.putTo(store);
                    start = SliceStart.behind(slice.header());
                }
            }
        }
    }

    /** A base without UUIDs, options and indexes, as a bare dump has them. */
    public void base(
            String set,
            ReplicaSetRole role,
            ClusterTime from,
            ClusterTime usable,
            Map<Namespace, List<RawDocument>> collections) {
        base("import", set, role, from, usable, collections);
    }

    /** As above, of a snapshot of that id. */
    public void base(
            String id,
            String set,
            ReplicaSetRole role,
            ClusterTime from,
            ClusterTime usable,
            Map<Namespace, List<RawDocument>> collections) {
        BasePlace place = new BasePlace(CLUSTER, Incarnation.UNKNOWN, id, new ReplicaSet(set));
        List<BaseCollection> stored = new ArrayList<>();
        collections.forEach(
                (namespace, documents) -> {
                    UUID uuid = BaseCollection.standInUuid(CLUSTER, namespace);
                    try (CollectionWriter writer =
                            new CollectionWriter(
                                    store, place, uuid, FrameOptions.defaults(), 1 << 20)) {
                        documents.forEach(writer::add);
                        stored.add(
                                new BaseCollection(
                                        namespace,
                                        uuid,
                                        false,
                                        BaseCollection.Type.COLLECTION,
                                        RawDocument.of(new RawDocumentBuilder().build()),
                                        List.of(),
                                        writer.finish()));
                    }
                });
        new BaseManifest(
                        place,
                        BaseMethod.IMPORT,
                        from,
                        usable,
                        Optional.empty(),
                        Optional.of(role),
                        Optional.empty(),
                        Optional.empty(),
                        stored)
                .putTo(store);
    }

    @Override
    public void close() {
        store.close();
    }
}
