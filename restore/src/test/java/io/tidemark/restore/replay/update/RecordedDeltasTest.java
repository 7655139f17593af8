package io.tidemark.restore.replay.update;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.restore.SharedData;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.bson.RawDocumentBuilder;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.bson.RawBsonDocument;
import org.bson.codecs.BsonDocumentCodec;
import org.junit.jupiter.api.Test;

/**
 * Deltas that a real engine applied or refused: results agree in type and field order.
 *
 * <p>The recorder kept documents as JavaScript objects, which hold names such as "0" or "12" before
 * all others: in the recorded documents the place of these names says nothing (a test below proves
 * that none ever stands behind another name). They are compared in the recorder's order, all others
 * in their own.
 */
final class RecordedDeltasTest {
    @Test
    void appliesAndRefusesEveryRecordedDeltaAsTheEngineDid() throws Exception {
        List<String> lines = Files.readAllLines(SharedData.path("v2-diff-vectors.jsonl"));
        int refused = 0;
        for (int i = 0; i < lines.size(); i++) {
            BsonDocument vector = BsonDocument.parse(lines.get(i));
            if (vector.containsKey("error")) {
                refused++;
                BsonArray error = vector.getArray("error");
                assertThatThrownBy(() -> apply(vector))
                        .as("line %d: %s", i + 1, error)
                        .isInstanceOfSatisfying(
                                InvalidUpdateException.class,
                                e ->
                                        assertThat(e.code())
                                                .isEqualTo(error.get(0).asNumber().intValue()));
            } else {
                BsonDocument applied = new RawBsonDocument(apply(vector));
                assertThat(raw((BsonDocument) asRecorded(applied)).toBytes())
                        .as("line %d: %s", i + 1, lines.get(i))
                        .isEqualTo(raw(vector.getDocument("post")).toBytes());
            }
        }
        assertThat(lines).hasSize(1500);
        assertThat(refused).isEqualTo(175);
    }

    @Test
    void theRecorderHeldNumericNamesBeforeAllOthers() throws Exception {
        for (String line : Files.readAllLines(SharedData.path("v2-diff-vectors.jsonl"))) {
            BsonDocument vector = BsonDocument.parse(line);
            assertThat(raw((BsonDocument) asRecorded(vector))).isEqualTo(raw(vector));
        }
    }

    private static BsonValue asRecorded(BsonValue value) {
        if (value.isArray()) {
            return new BsonArray(
                    value.asArray().stream().map(RecordedDeltasTest::asRecorded).toList());
        }
        if (!value.isDocument()) {
            return value;
        }
        Map<Integer, BsonValue> numeric = new TreeMap<>();
        BsonDocument others = new BsonDocument();
        value.asDocument()
                .forEach(
                        (name, field) -> {
                            OptionalInt index = FieldName.index(name);
                            if (index.isPresent()) {
                                numeric.put(index.getAsInt(), asRecorded(field));
                            } else {
                                others.put(name, asRecorded(field));
                            }
                        });
        BsonDocument recorded = new BsonDocument();
        numeric.forEach((name, field) -> recorded.put(Integer.toString(name), field));
        recorded.putAll(others);
        return recorded;
    }

    private static byte[] apply(BsonDocument vector) {
        RawDocument before = raw(vector.getDocument("pre"));
        RawDocument update =
                RawDocument.of(
                        new RawDocumentBuilder()
                                .appendInt32("$v", 2)
                                .appendDocument("diff", raw(vector.getDocument("diff")))
                                .build());
        return new OplogUpdate(update)
                .apply(before.find("_id").orElseThrow(), java.util.Optional.of(before));
    }

    private static RawDocument raw(BsonDocument document) {
        RawBsonDocument bson = new RawBsonDocument(document, new BsonDocumentCodec());
        byte[] bytes = new byte[bson.getByteBuffer().remaining()];
        bson.getByteBuffer().get(bytes);
        return RawDocument.of(bytes);
    }
}
