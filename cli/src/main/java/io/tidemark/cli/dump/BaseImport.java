package io.tidemark.cli.dump;

import io.tidemark.cli.CommandFailure;
import io.tidemark.cli.ExitCode;
import io.tidemark.cli.backupfile.BackupFile;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.layout.BasePlace;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Namespace;
import io.tidemark.storage.base.BaseCollection;
import io.tidemark.storage.base.BaseManifest;
import io.tidemark.storage.base.BaseMethod;
import io.tidemark.storage.base.BasePart;
import io.tidemark.storage.base.CollectionWriter;
import io.tidemark.storage.frames.FrameOptions;
import io.tidemark.storage.frames.MemoryBudget;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.LongConsumer;
import org.bson.BsonDocument;
import org.bson.RawBsonDocument;
import org.bson.codecs.BsonDocumentCodec;

/** Stores a dump's collections as a base. It exists when {@link #finish} has put its manifest. */
final class BaseImport {
    private static final BsonDocumentCodec CODEC = new BsonDocumentCodec();

    /** Raw bytes that wait to be compressed, all collections under way together. */
    private static final int FRAMES_BYTES = 64 << 20;

    private static final int SMALLEST_FRAME = 64 << 10;

    /** What has no room here waits on disk. */
    private static final long MEMORY_BYTES = 128L << 20;

    private final ImportPlace place;
    private final DumpedBackup backup;
    private final Dump dump;
    private final Extent extent;
    private final BasePlace base;
    private final FrameOptions frames;
    private final Map<Namespace, UUID> uuids = new HashMap<>();
    private final Map<Namespace, CollectionWriter> open = new HashMap<>();
    private final Map<Namespace, List<BasePart>> parts = new HashMap<>();
    private final DumpWitnesses witnesses;
    private long documents;

    /**
     * @param replayFrom the first entry of the oplog that belongs to the dump, inclusive
     * @param usableFrom the end of the dump: no document in it is younger
     */
    record Extent(ClusterTime replayFrom, ClusterTime usableFrom) {}

    BaseImport(ImportPlace place, DumpedBackup backup, Extent extent, Path scratch) {
        this.place = place;
        this.backup = backup;
        this.dump = backup.dump();
        this.extent = extent;
        this.witnesses = new DumpWitnesses(dump, extent);
        // The same dump gives the same id, so that an import can be repeated.
        ClusterTime end = extent.usableFrom();
        String id = "import-" + end.seconds() + "-" + end.increment();
        this.base = new BasePlace(place.cluster(), place.incarnation(), id, place.replicaSet());
        int frameBytes = Math.max(SMALLEST_FRAME, FRAMES_BYTES / Math.max(1, dump.mostOpen()));
        this.frames =
                place.frames()
                        .withFrameBytes(Math.min(FrameOptions.DEFAULT_FRAME_BYTES, frameBytes))
                        .withMemory(new MemoryBudget(MEMORY_BYTES), scratch);
        dump.collections().forEach(c -> uuids.put(c.namespace(), uuid(c)));
        // What can't be brought in is refused before anything is stored.
        dump.collections().forEach(BaseImport::indexes);
        BaseManifest.find(place.store(), base).ifPresent(this::requireSame);
    }

    /**
     * Of the base that is there already, so that a repeated import changes nothing and another dump
     * of the same end leaves no parts in its folder.
     */
    private void requireSame(BaseManifest there) {
        List<String> held =
                there.collections().stream().map(c -> c.namespace() + " " + c.uuid()).toList();
        List<String> given =
                dump.collections().stream().map(c -> c.namespace() + " " + uuid(c)).toList();
        if (!held.equals(given)) {
            throw new CommandFailure(
                    ExitCode.ARCHIVE_DAMAGED,
                    "The archive holds the base "
                            + id()
                            + " of "
                            + place.replicaSet()
                            + " already, of a dump that ended at the same time, "
                            + extent.usableFrom()
                            + ". Its collections are others, or in another order: "
                            + held.size()
                            + " in the archive, "
                            + given.size()
                            + " in this dump. Nothing was stored. Restores use the one that is"
                            + " there; to bring this one in, import under another cluster name.");
        }
    }

    /**
     * Puts every document; nothing of it is part of the archive yet.
     *
     * @throws CommandFailure if documents are missing that must be there
     */
    void run(LongConsumer progress) {
        try {
            dump.read(
                    new Dump.Receiver() {
                        @Override
                        public void document(Namespace ns, RawDocument document, BackupFile file) {
                            requireId(ns, document, file);
                            witnesses.found(ns, document);
                            open.computeIfAbsent(ns, BaseImport.this::writer).add(document);
                            documents++;
                            progress.accept(documents);
                        }

                        @Override
                        public void finished(Namespace ns) {
                            finish(ns);
                        }
                    });
        } finally {
            open.values().forEach(CollectionWriter::close);
            open.clear();
        }
        witnesses.require(place.replicaSet());
    }

    private CollectionWriter writer(Namespace namespace) {
        return new CollectionWriter(
                place.store(),
                base,
                uuids.get(namespace),
                frames,
                CollectionWriter.DEFAULT_PART_BYTES);
    }

    private void finish(Namespace namespace) {
        try (CollectionWriter writer = open.remove(namespace)) {
            if (writer != null) {
                parts.put(namespace, writer.finish());
            }
        }
    }

    /** Makes the base exist. */
    void finish() {
        new BaseManifest(
                        base,
                        BaseMethod.IMPORT,
                        extent.replayFrom(),
                        extent.usableFrom(),
                        Optional.empty(),
                        Optional.of(place.role()),
                        backup.serverVersion(),
                        backup.featureVersion(),
                        dump.collections().stream().map(this::stored).toList())
                .putTo(place.store());
    }

    DumpedBackup backup() {
        return backup;
    }

    /** Is to see the oplog before {@link #run}. */
    DumpWitnesses witnesses() {
        return witnesses;
    }

    Extent extent() {
        return extent;
    }

    String id() {
        return base.snapshotId();
    }

    long documents() {
        return documents;
    }

    private UUID uuid(DumpedCollection collection) {
        return collection
                .metadata()
                .uuid()
                .orElseGet(
                        () -> BaseCollection.standInUuid(place.cluster(), collection.namespace()));
    }

    private BaseCollection stored(DumpedCollection collection) {
        CollectionMetadata metadata = collection.metadata();
        return new BaseCollection(
                collection.namespace(),
                uuids.get(collection.namespace()),
                metadata.uuid().isPresent(),
                type(collection),
                raw(metadata.options()),
                indexes(collection).stream().map(BaseImport::raw).toList(),
                parts.getOrDefault(collection.namespace(), List.of()));
    }

    private static List<BsonDocument> indexes(DumpedCollection collection) {
        CollectionMetadata metadata = collection.metadata();
        if (!collection.isTimeSeries() || !metadata.options().isDocument("timeseries")) {
            return metadata.indexes();
        }
        SeriesIndexes series = SeriesIndexes.of(metadata.options().getDocument("timeseries"));
        try {
            return metadata.indexes().stream().map(series::onBuckets).toList();
        } catch (IllegalArgumentException unknown) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "Of time-series collection "
                            + collection.namespace()
                            + " "
                            + unknown.getMessage()
                            + ". Nothing of this import was made part of the archive.",
                    unknown);
        }
    }

    private static void requireId(Namespace namespace, RawDocument document, BackupFile file) {
        if (!document.has("_id")) {
            throw new CommandFailure(
                    ExitCode.ARCHIVE_DAMAGED,
                    "A document of "
                            + namespace
                            + " in "
                            + file
                            + " has no _id, so it is no document of a collection. Is it an oplog"
                            + " file? Give those as --oplog.");
        }
    }

    private static BaseCollection.Type type(DumpedCollection collection) {
        return switch (collection.metadata().type()) {
            case "view" -> BaseCollection.Type.VIEW;
            case "timeseries" -> BaseCollection.Type.TIMESERIES;
            default -> BaseCollection.Type.COLLECTION;
        };
    }

    private static RawDocument raw(BsonDocument document) {
        RawBsonDocument raw = new RawBsonDocument(document, CODEC);
        byte[] bytes = new byte[raw.getByteBuffer().remaining()];
        raw.getByteBuffer().get(bytes);
        return RawDocument.of(bytes);
    }
}
