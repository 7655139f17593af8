package io.tidemark.restore.target;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.bson.BsonArray;
import org.bson.BsonBinaryReader;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.bson.BsonType;
import org.bson.RawBsonDocument;
import org.bson.codecs.DecoderContext;
import org.junit.jupiter.api.Test;

final class ExactDocumentCodecTest {
    private static final DecoderContext CONTEXT = DecoderContext.builder().build();

    private final ExactDocumentCodec codec = new ExactDocumentCodec();

    private static BsonDocument document(int number) {
        return new BsonDocument("_id", new BsonInt32(number))
                .append("nested", new BsonDocument("a.b", new BsonDocument()))
                .append("array", new BsonArray(List.of(new BsonDocument(), new BsonInt32(1))))
                .append("text", new BsonString("x".repeat(number)));
    }

    private static BsonBinaryReader reader(BsonDocument document) {
        return new BsonBinaryReader(ByteBuffer.wrap(Bson.bytes(document)));
    }

    @Test
    void takesEveryDocumentOfABatchAndLeavesTheReaderBehindIt() {
        List<BsonDocument> sent = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            sent.add(document(i * 37));
        }
        BsonDocument reply =
                new BsonDocument("firstBatch", new BsonArray(sent)).append("ok", new BsonInt32(1));
        List<RawBsonDocument> found = new ArrayList<>();

        try (BsonBinaryReader reader = reader(reply)) {
            reader.readStartDocument();
            reader.readName("firstBatch");
            reader.readStartArray();
            while (reader.readBsonType() != BsonType.END_OF_DOCUMENT) {
                found.add(codec.decode(reader, CONTEXT));
            }
            reader.readEndArray();
            assertThat(reader.readInt32("ok")).isEqualTo(1);
            reader.readEndDocument();
        }

        assertThat(found).hasSameSizeAs(sent);
        for (int i = 0; i < sent.size(); i++) {
            RawBsonDocument each = found.get(i);
            assertThat(Bson.raw(each).toBytes()).isEqualTo(Bson.bytes(sent.get(i)));
            // An array of its own size: nothing else is kept with it.
            assertThat(each.getByteBuffer().array()).hasSize(Bson.bytes(sent.get(i)).length);
        }
    }

    @Test
    void takesADocumentThatStandsAlone() {
        try (BsonBinaryReader reader = reader(document(3))) {
            assertThat(codec.decode(reader, CONTEXT)).isEqualTo(document(3));
        }
    }
}
