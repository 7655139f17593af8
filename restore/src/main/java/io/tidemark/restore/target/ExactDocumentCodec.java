package io.tidemark.restore.target;

import org.bson.BsonBinaryReader;
import org.bson.BsonReader;
import org.bson.BsonType;
import org.bson.BsonWriter;
import org.bson.RawBsonDocument;
import org.bson.codecs.Codec;
import org.bson.codecs.DecoderContext;
import org.bson.codecs.EncoderContext;
import org.bson.codecs.RawBsonDocumentCodec;
import org.bson.io.BsonInput;
import org.bson.io.BsonInputMark;

/**
 * Takes documents out of a reply as they are, each into an array of its own size. The driver's own
 * codec copies them into a buffer that grows, which keeps up to twice the bytes and costs as much
 * again as reading.
 */
final class ExactDocumentCodec implements Codec<RawBsonDocument> {
    private final RawBsonDocumentCodec usual = new RawBsonDocumentCodec();

    @Override
    public RawBsonDocument decode(BsonReader reader, DecoderContext context) {
        boolean within = reader.getCurrentBsonType() == BsonType.DOCUMENT;
        return within && reader instanceof BsonBinaryReader binary
                ? decode(binary)
                : usual.decode(reader, context);
    }

    private static RawBsonDocument decode(BsonBinaryReader reader) {
        BsonInput input = reader.getBsonInput();
        int start = input.getPosition();
        BsonInputMark mark = input.getMark(0);
        // The reader goes on behind the document; then its bytes are read, up to the same place.
        reader.skipValue();
        byte[] bytes = new byte[input.getPosition() - start];
        mark.reset();
        input.readBytes(bytes);
        return new RawBsonDocument(bytes);
    }

    @Override
    public void encode(BsonWriter writer, RawBsonDocument document, EncoderContext context) {
        usual.encode(writer, document, context);
    }

    @Override
    public Class<RawBsonDocument> getEncoderClass() {
        return RawBsonDocument.class;
    }
}
