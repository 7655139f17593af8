package io.tidemark.cli.dump;

import io.tidemark.cli.backupfile.BackupFile;
import io.tidemark.schemas.model.ClusterTime;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.BsonTimestamp;
import org.bson.RawBsonDocument;
import org.bson.codecs.BsonDocumentCodec;

/** Writes the files that imports read. */
public final class DumpFiles {
    private static final BsonDocumentCodec CODEC = new BsonDocumentCodec();

    private DumpFiles() {}

    public static BsonDocument noop(long seconds, int increment) {
        return entry(seconds, increment, "n", "", new BsonDocument("msg", new BsonString("noop")));
    }

    public static BsonDocument insert(long seconds, int increment, int id) {
        return entry(
                seconds, increment, "i", "shop.orders", new BsonDocument("_id", new BsonInt32(id)));
    }

    public static BsonDocument entry(
            long seconds, int increment, String op, String ns, BsonDocument payload) {
        return new BsonDocument("op", new BsonString(op))
                .append("ns", new BsonString(ns))
                .append("o", payload)
                .append("ts", new BsonTimestamp((int) seconds, increment))
                .append("t", new BsonInt64(1))
                .append("v", new BsonInt64(2));
    }

    public static byte[] bytes(List<BsonDocument> documents) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (BsonDocument document : documents) {
            RawBsonDocument raw = new RawBsonDocument(document, CODEC);
            out.write(
                    raw.getByteBuffer().array(),
                    raw.getByteBuffer().position(),
                    raw.getByteBuffer().remaining());
        }
        return out.toByteArray();
    }

    public static Path write(Path file, byte[] bytes) {
        try {
            Files.createDirectories(file.getParent());
            return Files.write(file, bytes);
        } catch (IOException failed) {
            throw new UncheckedIOException("can't write " + file, failed);
        }
    }

    public static Path write(Path file, BsonDocument... documents) {
        return write(file, bytes(List.of(documents)));
    }

    static OplogFiles scan(Path... files) {
        return OplogFiles.scan(Stream.of(files).map(BackupFile::of).map(OplogInput::of).toList());
    }

    public static ClusterTime time(long seconds, long increment) {
        return new ClusterTime(seconds, increment);
    }
}
