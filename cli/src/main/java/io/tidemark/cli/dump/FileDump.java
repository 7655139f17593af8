package io.tidemark.cli.dump;

import io.tidemark.cli.backupfile.BackupFile;
import io.tidemark.cli.backupfile.BsonFile;
import io.tidemark.cli.backupfile.Crc64;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.Namespace;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * A dump with a file for each collection.
 *
 * @param files in the order of their namespaces
 * @param leftOut names of files that are not brought in
 */
public record FileDump(
        Optional<BackupFile> oplog,
        Optional<String> serverVersion,
        List<CollectionFile> files,
        List<String> leftOut)
        implements Dump {
    private static final Namespace SHARDS = Namespace.of("config.shards");
    private static final Namespace VERSIONS = Namespace.of("admin.system.version");

    /**
     * @param documents absent for views, and for collections without documents
     * @param sum what the tool counted when it wrote them, if it told
     */
    public record CollectionFile(
            DumpedCollection collection, Optional<BackupFile> documents, Optional<Sum> sum) {}

    /**
     * @param bytes of all documents
     * @param crc64 of them, one after the other
     */
    public record Sum(long bytes, long crc64) {
        @Override
        public String toString() {
            return bytes + " bytes with the CRC-64 " + Long.toHexString(crc64);
        }
    }

    public FileDump {
        files =
                files.stream()
                        .sorted(Comparator.comparing(file -> file.collection().namespace()))
                        .toList();
        leftOut = List.copyOf(leftOut);
    }

    /** Of which nothing is left out. */
    public FileDump(
            Optional<BackupFile> oplog,
            Optional<String> serverVersion,
            List<CollectionFile> files) {
        this(oplog, serverVersion, files, List.of());
    }

    @Override
    public List<DumpedCollection> collections() {
        return files.stream().map(CollectionFile::collection).toList();
    }

    @Override
    public int mostOpen() {
        return 1;
    }

    @Override
    public List<RawDocument> shards() {
        return documents(SHARDS);
    }

    @Override
    public Optional<String> shardId() {
        return ShardIdentity.in(documents(VERSIONS));
    }

    /** Of a collection that is small. */
    private List<RawDocument> documents(Namespace namespace) {
        List<RawDocument> found = new ArrayList<>();
        files.stream()
                .filter(file -> file.collection().namespace().equals(namespace))
                .forEach(file -> read(file, document -> found.add(document)));
        return found;
    }

    @Override
    public void read(Receiver receiver) {
        for (CollectionFile file : files) {
            Namespace namespace = file.collection().namespace();
            read(
                    file,
                    document ->
                            receiver.document(namespace, document, file.documents().orElseThrow()));
            receiver.finished(namespace);
        }
    }

    private static void read(
            CollectionFile file, java.util.function.Consumer<RawDocument> receiver) {
        if (file.documents().isEmpty()) {
            return;
        }
        BackupFile stored = file.documents().get();
        Crc64 crc = new Crc64();
        long bytes = 0;
        try (BsonFile documents = BsonFile.open(stored)) {
            for (Optional<RawDocument> next = documents.next();
                    next.isPresent();
                    next = documents.next()) {
                crc.update(next.get());
                bytes += next.get().sizeBytes();
                receiver.accept(next.get());
            }
        } catch (IOException unreadable) {
            throw stored.unreadable(unreadable);
        }
        Sum found = new Sum(bytes, crc.value());
        if (file.sum().filter(sum -> !sum.equals(found)).isPresent()) {
            throw stored.damaged(
                    "holds "
                            + found
                            + " where the backup's metadata tell of "
                            + file.sum().get()
                            + ": documents are missing or changed");
        }
    }
}
