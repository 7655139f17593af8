package io.tidemark.cli.dump;

import io.tidemark.cli.backupfile.BackupFile;
import io.tidemark.cli.backupfile.BsonFile;
import io.tidemark.cli.backupfile.Crc64;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.bson.RawElement;
import io.tidemark.schemas.model.Namespace;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.bson.BsonValue;

/**
 * Reads the format of {@code mongodump --archive}: a magic number, a prelude (a header, then one
 * document of metadata per collection), then blocks, each a header {@code {db, collection, EOF,
 * CRC}} and documents of that collection. Four bytes FF end each block. A header with {@code EOF}
 * ends the collection and tells the CRC of all its documents. (mongo-tools, common/archive.)
 */
final class ArchiveReader {
    private static final int MAGIC = 0x8199E26D;
    private static final String OPLOG = "oplog";

    private final BackupFile file;
    private final BsonFile in;
    private final Receiver receiver;
    private final Map<Source, Crc64> begun = new HashMap<>();

    /**
     * @param collections as listed; views and the like too
     */
    record Prelude(Optional<String> serverVersion, List<DumpedCollection> collections) {
        Prelude {
            collections = List.copyOf(collections);
        }
    }

    /** Takes what an archive holds, in its order. */
    interface Receiver {
        void prelude(Prelude prelude);

        void document(Namespace namespace, RawDocument document);

        /** All documents of that collection came, and fit its checksum. */
        void finished(Namespace namespace);

        /** An entry of the oplog that was recorded during the dump. */
        void oplogEntry(RawDocument entry);
    }

    /** As block headers name it: what lies beside the databases has an empty database. */
    private record Source(String database, String collection) {
        boolean isOplog() {
            return database.isEmpty() && collection.equals(OPLOG);
        }

        /** Empty for the oplog, and for users and roles of a single database. */
        Optional<Namespace> namespace() {
            boolean real = !database.isEmpty() && !collection.startsWith("$admin.");
            return real ? Optional.of(new Namespace(database, collection)) : Optional.empty();
        }
    }

    private ArchiveReader(BackupFile file, BsonFile in, Receiver receiver) {
        this.file = file;
        this.in = in;
        this.receiver = receiver;
    }

    /**
     * @throws io.tidemark.cli.CommandFailure if it is no archive, cut off, or its checksums don't
     *     fit
     */
    static void read(BackupFile file, Receiver receiver) {
        try (BsonFile in = BsonFile.open(file)) {
            new ArchiveReader(file, in, receiver).run();
        } catch (IOException unreadable) {
            throw file.unreadable(unreadable);
        }
    }

    private void run() {
        if (!in.skip(MAGIC)) {
            throw file.damaged("is no archive of mongodump: it does not begin with 6D E2 99 81");
        }
        receiver.prelude(prelude());
        for (Optional<RawDocument> header = in.next(); header.isPresent(); header = in.next()) {
            block(header.get());
        }
        if (!begun.isEmpty()) {
            TreeSet<String> unfinished = new TreeSet<>();
            begun.keySet().forEach(s -> unfinished.add(s.database() + "." + s.collection()));
            throw file.damaged("is cut off: documents of " + unfinished + " are missing");
        }
    }

    private Prelude prelude() {
        RawDocument header =
                in.nextOfBlock().orElseThrow(() -> file.damaged("has no header behind its magic"));
        List<DumpedCollection> collections = new ArrayList<>();
        for (Optional<RawDocument> next = in.nextOfBlock();
                next.isPresent();
                next = in.nextOfBlock()) {
            RawDocument told = next.get();
            source(told).namespace().ifPresent(ns -> collections.add(collection(ns, told)));
        }
        return new Prelude(header.string("server_version").filter(v -> !v.isEmpty()), collections);
    }

    private DumpedCollection collection(Namespace namespace, RawDocument told) {
        CollectionMetadata metadata =
                CollectionMetadata.parse(
                        told.string("metadata").orElse(""), file, Optional.of(namespace));
        Optional<String> type = told.string("type").filter(t -> !t.isEmpty());
        CollectionMetadata typed = type.map(metadata::withType).orElse(metadata);
        return new DumpedCollection(namespace, typed, false);
    }

    private void block(RawDocument header) {
        Source source = source(header);
        Crc64 crc = begun.computeIfAbsent(source, s -> new Crc64());
        if (header.find("EOF").filter(RawElement::isTrue).isPresent()) {
            end(source, crc, header);
            return;
        }
        for (Optional<RawDocument> next = in.nextOfBlock();
                next.isPresent();
                next = in.nextOfBlock()) {
            crc.update(next.get());
            hand(source, next.get());
        }
    }

    private void hand(Source source, RawDocument document) {
        if (source.isOplog()) {
            receiver.oplogEntry(document);
        } else {
            source.namespace().ifPresent(ns -> receiver.document(ns, document));
        }
    }

    private void end(Source source, Crc64 crc, RawDocument header) {
        BsonValue told = header.toBson().get("CRC");
        boolean fits =
                told != null && told.isNumber() && told.asNumber().longValue() == crc.value();
        if (!fits || in.nextOfBlock().isPresent()) {
            throw file.damaged(
                    "has a checksum that the documents of "
                            + source.database()
                            + "."
                            + source.collection()
                            + " don't fit: they were changed or are incomplete");
        }
        begun.remove(source);
        source.namespace().ifPresent(receiver::finished);
    }

    private Source source(RawDocument header) {
        Optional<String> database = header.string("db");
        Optional<String> collection = header.string("collection");
        if (database.isEmpty() || collection.isEmpty()) {
            throw file.damaged("has a block without the name of a collection");
        }
        return new Source(database.get(), collection.get());
    }
}
