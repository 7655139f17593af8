package io.tidemark.capture.mongo;

import java.util.ArrayList;
import java.util.List;
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
 * Takes the documents out of a reply with one copy each, where the driver's own codec for raw
 * documents makes several: entries can be 16 MiB, and a busy shard writes many.
 */
final class CursorReplyCodec implements Codec<CursorReply> {
    private static final RawBsonDocumentCodec RAW = new RawBsonDocumentCodec();

    @Override
    public CursorReply decode(BsonReader reader, DecoderContext context) {
        CursorReply reply = new CursorReply(0, "", List.of());
        reader.readStartDocument();
        while (reader.readBsonType() != BsonType.END_OF_DOCUMENT) {
            if (reader.readName().equals("cursor")) {
                reply = cursor(reader);
            } else {
                reader.skipValue();
            }
        }
        reader.readEndDocument();
        return reply;
    }

    private static CursorReply cursor(BsonReader reader) {
        long id = 0;
        String namespace = "";
        List<byte[]> batch = List.of();
        reader.readStartDocument();
        while (reader.readBsonType() != BsonType.END_OF_DOCUMENT) {
            switch (reader.readName()) {
                case "id" -> id = reader.readInt64();
                case "ns" -> namespace = reader.readString();
                case "firstBatch", "nextBatch" -> batch = documents(reader);
                default -> reader.skipValue();
            }
        }
        reader.readEndDocument();
        return new CursorReply(id, namespace, batch);
    }

    private static List<byte[]> documents(BsonReader reader) {
        List<byte[]> documents = new ArrayList<>();
        reader.readStartArray();
        while (reader.readBsonType() != BsonType.END_OF_DOCUMENT) {
            documents.add(document(reader));
        }
        reader.readEndArray();
        return documents;
    }

    private static byte[] document(BsonReader reader) {
        if (!(reader instanceof BsonBinaryReader binary)) {
            RawBsonDocument raw = RAW.decode(reader, DecoderContext.builder().build());
            byte[] bytes = new byte[raw.getByteBuffer().remaining()];
            raw.getByteBuffer().get(bytes);
            return bytes;
        }
        BsonInput input = binary.getBsonInput();
        BsonInputMark begin = input.getMark(Integer.BYTES);
        byte[] bytes = new byte[input.readInt32()];
        begin.reset();
        input.readBytes(bytes);
        begin.reset();
        binary.skipValue();
        return bytes;
    }

    @Override
    public void encode(BsonWriter writer, CursorReply value, EncoderContext context) {
        throw new UnsupportedOperationException("replies are read only");
    }

    @Override
    public Class<CursorReply> getEncoderClass() {
        return CursorReply.class;
    }
}
