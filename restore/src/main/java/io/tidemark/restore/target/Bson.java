package io.tidemark.restore.target;

import io.tidemark.schemas.bson.RawDocument;
import java.nio.ByteBuffer;
import org.bson.BsonBinaryWriter;
import org.bson.BsonDocument;
import org.bson.RawBsonDocument;
import org.bson.codecs.BsonDocumentCodec;
import org.bson.codecs.EncoderContext;
import org.bson.io.BasicOutputBuffer;

/** Between the driver's documents and ours, without decoding where both are raw. */
public final class Bson {
    private Bson() {}

    public static RawDocument raw(BsonDocument document) {
        if (document instanceof RawBsonDocument raw) {
            ByteBuffer buffer = raw.getByteBuffer().asNIO();
            int offset = buffer.arrayOffset() + buffer.position();
            return new RawDocument(buffer.array(), offset, buffer.remaining());
        }
        return RawDocument.of(bytes(document));
    }

    static byte[] bytes(BsonDocument document) {
        BasicOutputBuffer buffer = new BasicOutputBuffer();
        try (BsonBinaryWriter writer = new BsonBinaryWriter(buffer)) {
            new BsonDocumentCodec().encode(writer, document, EncoderContext.builder().build());
        }
        return buffer.toByteArray();
    }
}
