package io.tidemark.cli.dump;

import io.tidemark.cli.CommandFailure;
import io.tidemark.cli.ExitCode;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.layout.BasePlace;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.storage.base.BaseCollection;
import io.tidemark.storage.base.BaseManifest;
import io.tidemark.storage.base.BaseMethod;
import io.tidemark.storage.base.BasePart;
import io.tidemark.storage.base.CollectionWriter;
import io.tidemark.storage.frames.FrameOptions;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.LongConsumer;
import org.bson.BsonDocument;
import org.bson.RawBsonDocument;
import org.bson.codecs.BsonDocumentCodec;

/** Stores a dump's collections as a base. It exists when {@link #finish} has put its manifest. */
final class BaseImport {
    private static final BsonDocumentCodec CODEC = new BsonDocumentCodec();

    private final ImportPlace place;
    private final DumpDirectory dump;
    private final BasePlace base;
    private final ClusterTime replayFrom;
    private final ClusterTime usableFrom;
    private final List<BaseCollection> collections = new ArrayList<>();
    private long documents;

    /**
     * @param replayFrom the first entry of the oplog that belongs to the dump, inclusive
     * @param usableFrom the end of the dump: no document in it is younger
     */
    BaseImport(
            ImportPlace place, DumpDirectory dump, ClusterTime replayFrom, ClusterTime usableFrom) {
        this.place = place;
        this.dump = dump;
        this.replayFrom = replayFrom;
        this.usableFrom = usableFrom;
        // The same dump gives the same id, so that an import can be repeated.
        String id = "import-" + usableFrom.seconds() + "-" + usableFrom.increment();
        this.base = new BasePlace(place.cluster(), place.incarnation(), id, place.replicaSet());
    }

    /** Puts every document; nothing of it is part of the archive yet. */
    void run(LongConsumer progress) throws IOException {
        for (DumpedCollection collection : dump.collections()) {
            collections.add(store(collection, progress));
        }
    }

    /** Makes the base exist. */
    void finish() {
        new BaseManifest(
                        base,
                        BaseMethod.IMPORT,
                        replayFrom,
                        usableFrom,
                        Optional.empty(),
                        Optional.of(place.role()),
                        Optional.empty(),
                        Optional.empty(),
                        collections)
                .putTo(place.store());
    }

    long documents() {
        return documents;
    }

    private BaseCollection store(DumpedCollection collection, LongConsumer progress)
            throws IOException {
        CollectionMetadata metadata = collection.metadata();
        UUID uuid =
                metadata.uuid()
                        .orElseGet(
                                () ->
                                        BaseCollection.standInUuid(
                                                place.cluster(), collection.namespace()));
        return new BaseCollection(
                collection.namespace(),
                uuid,
                metadata.uuid().isPresent(),
                type(collection),
                raw(metadata.options()),
                metadata.indexes().stream().map(BaseImport::raw).toList(),
                parts(collection, uuid, progress));
    }

    private List<BasePart> parts(DumpedCollection collection, UUID uuid, LongConsumer progress)
            throws IOException {
        if (collection.documents().isEmpty()) {
            return List.of();
        }
        try (BsonFile file = BsonFile.open(collection.documents().get());
                CollectionWriter writer =
                        new CollectionWriter(
                                place.store(),
                                base,
                                uuid,
                                FrameOptions.defaults(),
                                CollectionWriter.DEFAULT_PART_BYTES)) {
            Optional<RawDocument> document = file.next();
            while (document.isPresent()) {
                requireId(document.get(), file);
                writer.add(document.get());
                documents++;
                progress.accept(documents);
                document = file.next();
            }
            return writer.finish();
        }
    }

    private static void requireId(RawDocument document, BsonFile file) {
        if (!document.has("_id")) {
            throw new CommandFailure(
                    ExitCode.ARCHIVE_DAMAGED,
                    "Document "
                            + file.documents()
                            + " of "
                            + file.path()
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
