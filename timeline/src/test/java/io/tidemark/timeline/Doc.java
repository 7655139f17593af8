package io.tidemark.timeline;

import io.tidemark.schemas.bson.RawDocument;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bson.BsonBinaryWriter;
import org.bson.BsonDocument;
import org.bson.codecs.BsonDocumentCodec;
import org.bson.codecs.DecoderContext;
import org.bson.codecs.EncoderContext;
import org.bson.io.BasicOutputBuffer;
import org.bson.json.JsonReader;

/** Documents for tests: from extended JSON, from BSON, from the shared data folder. */
final class Doc {
    private Doc() {}

    static RawDocument of(String json) {
        return of(
                new BsonDocumentCodec()
                        .decode(new JsonReader(json), DecoderContext.builder().build()));
    }

    static RawDocument of(BsonDocument document) {
        BasicOutputBuffer out = new BasicOutputBuffer();
        try (BsonBinaryWriter writer = new BsonBinaryWriter(out)) {
            new BsonDocumentCodec().encode(writer, document, EncoderContext.builder().build());
        }
        return RawDocument.of(out.toByteArray());
    }

    /** All documents of a file of concatenated BSON. */
    static List<RawDocument> all(Path file) {
        try {
            byte[] bytes = Files.readAllBytes(file);
            ByteBuffer view = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
            List<RawDocument> documents = new ArrayList<>();
            for (int at = 0; at < bytes.length; at += view.getInt(at)) {
                documents.add(new RawDocument(bytes, at, view.getInt(at)));
            }
            return documents;
        } catch (IOException e) {
            throw new UncheckedIOException("can't read " + file, e);
        }
    }

    /** A file of the shared data folder beside the repository; empty where it is absent. */
    static Optional<Path> shared(String path) {
        Path folder = Path.of("").toAbsolutePath();
        while (folder != null && !Files.isDirectory(folder.resolve("schemas"))) {
            folder = folder.getParent();
        }
        if (folder == null || folder.getParent() == null) {
            return Optional.empty();
        }
        return Optional.of(folder.resolveSibling("shared").resolve(path)).filter(Files::exists);
    }
}
