package io.tidemark.cli.export;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.tidemark.cli.CommandFailure;
import io.tidemark.cli.ExitCode;
import io.tidemark.schemas.layout.BasePlace;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.Namespace;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.oplog.OplogEntry;
import io.tidemark.storage.base.BaseCollection;
import io.tidemark.storage.base.BaseDocuments;
import io.tidemark.storage.base.BaseManifest;
import io.tidemark.storage.base.BaseReader;
import io.tidemark.storage.catalogue.ArchivedReplicaSet;
import io.tidemark.storage.catalogue.Catalogue;
import io.tidemark.storage.catalogue.Chain;
import io.tidemark.storage.frames.FrameKeys;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.storage.slice.SliceEntries;
import io.tidemark.storage.slice.SliceReader;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;

/**
 * Writes one replica set's base as mongodump would have written it: its collections, and the oplog
 * of the time in which it was taken, which makes of a moving picture the state at its end.
 */
final class BaseExport {
    private static final String BUCKETS = "system.buckets.";

    private final ObjectStore store;
    private final FrameKeys keys;
    private final BaseManifest manifest;
    private final boolean gzip;

    /**
     * @param leftOut collections that mongodump leaves out too
     * @param documentBytes of all collections, not compressed
     */
    record Result(
            BaseManifest base,
            int collections,
            List<String> leftOut,
            long documents,
            long documentBytes,
            long oplogEntries) {}

    private BaseExport(ObjectStore store, FrameKeys keys, BaseManifest manifest, boolean gzip) {
        this.store = store;
        this.keys = keys;
        this.manifest = manifest;
        this.gzip = gzip;
    }

    /**
     * @param keys open what is sealed
     * @param id of the base; empty for the one that ends last
     * @param gzip whether each file is compressed, as mongodump --gzip does it
     * @throws CommandFailure if the archive has no such base
     */
    static BaseExport of(
            ObjectStore store,
            FrameKeys keys,
            ClusterName cluster,
            ReplicaSet replicaSet,
            Optional<String> id,
            boolean gzip) {
        List<BaseManifest> bases =
                new Catalogue(store, cluster)
                        .bases().stream()
                                .filter(place -> place.replicaSet().equals(replicaSet))
                                .map(place -> BaseManifest.read(store, place))
                                .toList();
        BaseManifest chosen =
                bases.stream()
                        .filter(base -> id.isEmpty() || base.place().snapshotId().equals(id.get()))
                        .max(Comparator.comparing(BaseManifest::usableFrom))
                        .orElseThrow(() -> absent(cluster, replicaSet, id, bases));
        return new BaseExport(store, keys, chosen, gzip);
    }

    private static CommandFailure absent(
            ClusterName cluster,
            ReplicaSet replicaSet,
            Optional<String> id,
            List<BaseManifest> bases) {
        List<String> ids = bases.stream().map(base -> base.place().snapshotId()).toList();
        return new CommandFailure(
                ExitCode.USAGE,
                "The archive of cluster "
                        + cluster
                        + " has no base"
                        + id.map(text -> " '" + text + "'").orElse("")
                        + " of replica set "
                        + replicaSet
                        + (ids.isEmpty()
                                ? ": import or take one, or check --bucket, --cluster and"
                                        + " --replica-set."
                                : ". It has " + ids + "."));
    }

    /**
     * @throws CommandFailure if the oplog of the base's time is not archived whole
     */
    Result run(DumpFolder folder, LongConsumer progress) {
        Chain oplog = oplog();
        List<BaseCollection> dumped =
                manifest.collections().stream()
                        .filter(collection -> DumpedNamespaces.has(collection.namespace()))
                        .toList();
        BaseReader reader = new BaseReader(store, keys);
        // Of a time-series collection its own name tells the options, as mongodump has it.
        Set<Namespace> buckets =
                dumped.stream()
                        .filter(BaseExport::isSeries)
                        .map(BaseExport::storedName)
                        .collect(Collectors.toSet());
        long documents = 0;
        for (BaseCollection collection : dumped) {
            if (!buckets.contains(collection.namespace())) {
                folder.text(
                        name(collection.namespace()) + suffix(".metadata.json"),
                        MetadataJson.of(collection),
                        gzip);
            }
            if (collection.type() != BaseCollection.Type.VIEW) {
                String stored = name(storedName(collection));
                documents = write(folder, reader, collection, stored, documents, progress);
            }
        }
        prelude(folder);
        return new Result(
                manifest,
                dumped.size(),
                leftOut(),
                documents,
                dumped.stream().mapToLong(BaseCollection::rawBytes).sum(),
                writeOplog(folder, oplog));
    }

    /** By it mongorestore knows how accounts are kept; servers from 8.1 on don't tell otherwise. */
    private void prelude(DumpFolder folder) {
        manifest.serverVersion()
                .ifPresent(
                        version ->
                                folder.text(
                                        suffix("prelude.json"),
                                        JsonNodeFactory.instance
                                                .objectNode()
                                                .put("ServerVersion", version)
                                                .put("ToolVersion", "")
                                                .toString(),
                                        gzip));
    }

    private List<String> leftOut() {
        return manifest.collections().stream()
                .map(BaseCollection::namespace)
                .filter(namespace -> !DumpedNamespaces.has(namespace))
                .map(Namespace::toString)
                .toList();
    }

    private long write(
            DumpFolder folder,
            BaseReader reader,
            BaseCollection collection,
            String name,
            long before,
            LongConsumer progress) {
        boolean elsewhere =
                collection.parts().isEmpty() && collection.type() == BaseCollection.Type.TIMESERIES;
        if (elsewhere) {
            // Its buckets are a collection of the base as well.
            return before;
        }
        long documents = before;
        try (DumpFolder.Out out = folder.open(name + suffix(".bson"), gzip)) {
            BaseDocuments stored = reader.documents(manifest, collection);
            while (stored.hasNext()) {
                out.write(stored.next());
                progress.accept(++documents);
            }
        }
        return documents;
    }

    /** Where a time-series collection's documents lie. */
    private static Namespace storedName(BaseCollection collection) {
        Namespace own = collection.namespace();
        return isSeries(collection) ? own.withCollection(BUCKETS + own.collection()) : own;
    }

    private static boolean isSeries(BaseCollection collection) {
        return collection.type() == BaseCollection.Type.TIMESERIES
                && !collection.namespace().collection().startsWith(BUCKETS);
    }

    private static String name(Namespace namespace) {
        return namespace.database() + "/" + DumpNames.file(namespace.collection());
    }

    private String suffix(String ending) {
        return gzip ? ending + ".gz" : ending;
    }

    private Chain oplog() {
        BasePlace place = manifest.place();
        ArchivedReplicaSet life =
                new ArchivedReplicaSet(place.cluster(), place.incarnation(), place.replicaSet());
        Chain chain =
                new Catalogue(store, place.cluster())
                        .chain(life, manifest.replayAfter(), manifest.usableFrom());
        if (!chain.isUnbroken()) {
            Chain.Hole hole = chain.holes().get(0);
            throw new CommandFailure(
                    ExitCode.ARCHIVE_DAMAGED,
                    "The oplog of replica set "
                            + place.replicaSet()
                            + " is not archived for ("
                            + hole.after()
                            + ", "
                            + hole.through()
                            + "], which base "
                            + place.snapshotId()
                            + " needs: without it the base is a picture of no moment. Nothing was"
                            + " exported; choose another base, or bring the slices back.");
        }
        return chain;
    }

    /** The name is the same with and without compression: mongorestore looks for this one only. */
    private long writeOplog(DumpFolder folder, Chain oplog) {
        SliceReader reader = new SliceReader(store, keys);
        long entries = 0;
        try (DumpFolder.Out out = folder.open("oplog.bson", gzip)) {
            for (Chain.Link link : oplog.links()) {
                try (SliceEntries slice =
                        reader.entries(link.slice(), link.readAfter(), link.readThrough())) {
                    while (slice.hasNext()) {
                        OplogEntry entry = slice.next();
                        out.write(entry.raw());
                        entries++;
                    }
                }
            }
        }
        return entries;
    }
}
