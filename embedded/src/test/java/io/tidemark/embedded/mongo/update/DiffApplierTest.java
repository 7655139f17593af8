package io.tidemark.embedded.mongo.update;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.embedded.mongo.ServerError;
import io.tidemark.embedded.mongo.SharedData;
import io.tidemark.embedded.mongo.query.BsonOrder;
import io.tidemark.embedded.mongo.query.FieldPath;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonNull;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.junit.jupiter.api.Test;

class DiffApplierTest {
    /**
     * Diffs nested so that the real engine ran into its buffer limit; what is asked is only that we
     * stop, too.
     */
    private static final int ENGINE_LIMIT = 13548;

    @Test
    void givesWhatTheRealEngineGivesOnEveryRecordedCase() {
        List<String> wrong = new ArrayList<>();
        List<BsonDocument> cases = SharedData.jsonLines("v2-diff-vectors.jsonl");
        for (BsonDocument vector : cases) {
            if (vector.containsKey("error")) {
                refused(vector, wrong);
            } else {
                BsonValue post = applied(vector);
                if (!BsonOrder.identical(indexNamesFirst(post), vector.get("post"))) {
                    wrong.add(vector + " gave " + post);
                }
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(cases).hasSize(1500);
    }

    private static BsonValue applied(BsonDocument vector) {
        try {
            return DiffApplier.apply(vector.getDocument("pre"), vector.getDocument("diff"));
        } catch (ServerError refusal) {
            return new BsonString(refusal.getMessage());
        }
    }

    private static void refused(BsonDocument vector, List<String> wrong) {
        int code = vector.getArray("error").get(0).asNumber().intValue();
        if (code == ENGINE_LIMIT) {
            return;
        }
        try {
            BsonDocument post =
                    DiffApplier.apply(vector.getDocument("pre"), vector.getDocument("diff"));
            wrong.add(vector + " should be refused but gave " + post);
        } catch (ServerError refusal) {
            if (refusal.code() != code) {
                wrong.add(vector + " refused as " + refusal.code());
            }
        }
    }

    /**
     * The recorded cases went through JavaScript, which puts names that look like array indexes in
     * front of all others; the same is done to ours, so that the order of all fields can be
     * compared.
     */
    private static BsonValue indexNamesFirst(BsonValue value) {
        if (value.isArray()) {
            BsonArray array = new BsonArray();
            value.asArray().forEach(element -> array.add(indexNamesFirst(element)));
            return array;
        }
        if (!value.isDocument()) {
            return value;
        }
        BsonDocument ordered = new BsonDocument();
        value.asDocument().keySet().stream()
                .filter(name -> FieldPath.arrayIndex(name).isPresent())
                .sorted(Comparator.comparing(Integer::valueOf))
                .forEach(name -> ordered.put(name, BsonNull.VALUE));
        value.asDocument().forEach((name, child) -> ordered.put(name, indexNamesFirst(child)));
        return ordered;
    }

    @Test
    void leadsFromAnyDocumentToAnyOther() {
        long seed = Long.getLong("tidemark.seed", 20_261_120L);
        Random random = new Random(seed);
        RandomDocuments documents = new RandomDocuments(random);
        for (int i = 0; i < 2_000; i++) {
            BsonDocument pre = documents.document(3);
            BsonDocument post =
                    random.nextBoolean() ? documents.document(3) : documents.changed(pre);
            if (BsonOrder.identical(pre, post)) {
                continue;
            }
            BsonDocument diff = DocumentDiff.of(pre, post);
            BsonDocument applied = DiffApplier.apply(pre, diff);
            assertThat(BsonOrder.identical(applied, post))
                    .as(
                            "seed %d: pre %s diff %s gave %s instead of %s",
                            seed, pre, diff, applied, post)
                    .isTrue();
        }
    }

    @Test
    void refusesAnEmptyDiff() {
        assertThatThrownBy(() -> DiffApplier.apply(new BsonDocument(), new BsonDocument()))
                .isInstanceOf(ServerError.class);
    }
}
