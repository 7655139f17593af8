package io.tidemark.restore.target;

import io.tidemark.schemas.bson.RawDocument;
import org.bson.BsonBinaryWriter;
import org.bson.BsonDocument;
import org.bson.ByteBuf;
import org.bson.RawBsonDocument;
import org.bson.codecs.BsonDocumentCodec;
import org.bson.codecs.EncoderContext;
import org.bson.io.BasicOutputBuffer;

/** Between the driver's documents and ours, without decoding where both are raw. */
final class Bson {
    private Bson() {}

    static RawDocument raw(BsonDocument document) {
        if (document instanceof RawBsonDocument raw) {
            ByteBuf buffer = raw.getByteBuffer();
            byte[] bytes = new byte[buffer.remaining()];
            buffer.get(bytes);
            return RawDocument.of(bytes);
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
