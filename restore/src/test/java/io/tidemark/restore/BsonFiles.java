package io.tidemark.restore;

import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.oplog.OplogEntry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import org.bson.BsonDocument;
import org.bson.RawBsonDocument;
import org.bson.codecs.BsonDocumentCodec;

/** Files of concatenated BSON documents, and documents of tests. */
public final class BsonFiles {
    private BsonFiles() {}

    public static List<RawDocument> documents(Path file) {
        try {
            byte[] bytes = Files.readAllBytes(file);
            List<RawDocument> documents = new ArrayList<>();
            for (int at = 0; at < bytes.length; ) {
                int size = ByteBuffer.wrap(bytes, at, 4).order(ByteOrder.LITTLE_ENDIAN).getInt();
                documents.add(RawDocument.of(Arrays.copyOfRange(bytes, at, at + size)));
                at += size;
            }
            return documents;
        } catch (IOException e) {
            throw new UncheckedIOException("can't read " + file, e);
        }
    }

    /** Entries of files that may overlap, each once, in the order of time. */
    public static Collection<OplogEntry> oplog(Path... files) {
        TreeMap<io.tidemark.schemas.model.ClusterTime, OplogEntry> entries = new TreeMap<>();
        for (Path file : files) {
            for (RawDocument document : documents(file)) {
                OplogEntry entry = OplogEntry.of(document);
                entries.put(entry.clusterTime(), entry);
            }
        }
        return entries.values();
    }

    /** From extended JSON. */
    public static RawDocument json(String json) {
        return raw(BsonDocument.parse(json));
    }

    public static RawDocument raw(BsonDocument document) {
        RawBsonDocument raw = new RawBsonDocument(document, new BsonDocumentCodec());
        byte[] bytes = new byte[raw.getByteBuffer().remaining()];
        raw.getByteBuffer().get(bytes);
        return RawDocument.of(bytes);
    }
}
