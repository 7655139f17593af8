package io.tidemark.embedded.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.mongodb.MongoCommandException;
import com.mongodb.MongoQueryException;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import io.tidemark.embedded.mongo.query.BsonOrder;
import io.tidemark.embedded.mongo.query.Filter;
import io.tidemark.embedded.mongo.query.HashedValue;
import io.tidemark.embedded.mongo.query.SortOrder;
import io.tidemark.embedded.mongo.update.LogFormat;
import io.tidemark.embedded.mongo.update.RandomDocuments;
import io.tidemark.embedded.mongo.update.RandomUpdates;
import io.tidemark.embedded.mongo.update.Update;
import io.tidemark.embedded.mongo.update.UpdateContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.bson.BsonArray;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.bson.BsonTimestamp;
import org.bson.BsonValue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Holds our reading and changing of documents against a real server's, on random input: of some
 * fixed seeds and of fresh ones. {@code -Dtidemark.seed=N} runs one seed again, {@code
 * -Dtidemark.freshSeeds=N} many.
 */
class RealEngineTest {
    private static final List<String> SORTS =
            List.of(
                    "{a: 1}",
                    "{a: -1}",
                    "{'a.b': 1}",
                    "{'a.b': -1}",
                    "{'b.0': 1}",
                    "{b: -1, a: 1}");
    private static final long[] FIXED_SEEDS = {1, 8_173_251_321_215L, -7_046_029_254_386_353_131L};

    private static MongoClient client;
    private static MongoDatabase database;

    @BeforeAll
    static void connect() {
        String uri = System.getenv("TIDEMARK_TEST_MONGO");
        assumeTrue(uri != null, "Skipped: TIDEMARK_TEST_MONGO names no server to compare with");
        client = MongoClients.create(uri);
        database = client.getDatabase("tidemark_witness");
        database.drop();
    }

    @AfterAll
    static void close() {
        if (client != null) {
            // Other tests take the same server for an empty one.
            database.drop();
            client.close();
        }
    }

    static LongStream seeds() {
        Long only = Long.getLong("tidemark.seed");
        return only != null
                ? LongStream.of(only)
                : LongStream.concat(
                        LongStream.of(FIXED_SEEDS),
                        new Random().longs(Integer.getInteger("tidemark.freshSeeds", 2)));
    }

    private long seed;
    private Random random;
    private RandomDocuments documents;

    private void begin(long given) {
        seed = given;
        random = new Random(given);
        documents = new RandomDocuments(random);
        database.drop();
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void filtersFindTheSameDocuments(long given) {
        begin(given);
        List<BsonDocument> all = fill("filters", 150);
        MongoCollection<BsonDocument> collection = collection("filters");
        List<String> wrong = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            BsonDocument filter = RandomFilters.filter(random, documents);
            List<BsonValue> ours =
                    all.stream()
                            .filter(Filter.compile(filter)::matches)
                            .map(document -> document.get("_id"))
                            .toList();
            List<BsonValue> theirs =
                    collection
                            .find(filter)
                            .sort(new BsonDocument("_id", new BsonInt32(1)))
                            .map(document -> document.get("_id"))
                            .into(new ArrayList<>());
            if (!ours.equals(theirs)) {
                wrong.add(
                        filter
                                + ": ours "
                                + only(ours, theirs, all)
                                + " theirs "
                                + only(theirs, ours, all));
            }
        }
        assertThat(wrong).as("seed %d", seed).isEmpty();
    }

    private static List<BsonDocument> only(
            List<BsonValue> some, List<BsonValue> others, List<BsonDocument> all) {
        return all.stream()
                .filter(
                        document ->
                                some.contains(document.get("_id"))
                                        && !others.contains(document.get("_id")))
                .limit(2)
                .toList();
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void sortsGiveTheSameOrder(long given) {
        begin(given);
        List<BsonDocument> all = fill("sorts", 150);
        for (String sort : SORTS) {
            BsonDocument order = BsonDocument.parse(sort).append("_id", new BsonInt32(1));
            List<BsonValue> theirs = new ArrayList<>();
            try {
                collection("sorts")
                        .find()
                        .sort(order)
                        .map(document -> document.get("_id"))
                        .into(theirs);
            } catch (MongoQueryException refused) {
                requireRefused(all, order, refused);
                continue;
            }
            List<BsonValue> ours =
                    all.stream()
                            .sorted(SortOrder.of(order))
                            .map(document -> document.get("_id"))
                            .toList();
            assertThat(ours)
                    .as("seed %d, sort %s: %s", seed, sort, misplaced(ours, theirs, all))
                    .isEqualTo(theirs);
        }
    }

    /** Parallel arrays are refused there only; ambiguous names must be refused here, too. */
    private void requireRefused(
            List<BsonDocument> all, BsonDocument order, MongoQueryException refused) {
        if (refused.getErrorCode() == 16746) {
            assertThatThrownBy(() -> all.stream().sorted(SortOrder.of(order)).toList())
                    .as("seed %d, sort %s", seed, order)
                    .isInstanceOfSatisfying(
                            ServerError.class, ours -> assertThat(ours.code()).isEqualTo(16746));
        }
    }

    private static List<BsonDocument> misplaced(
            List<BsonValue> ours, List<BsonValue> theirs, List<BsonDocument> all) {
        return all.stream()
                .filter(
                        document ->
                                ours.indexOf(document.get("_id"))
                                        != theirs.indexOf(document.get("_id")))
                .limit(2)
                .toList();
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void updatesGiveTheSameDocumentsOrTheSameRefusals(long given) {
        begin(given);
        MongoCollection<BsonDocument> collection = collection("updates");
        List<String> wrong = new ArrayList<>();
        for (int i = 0; i < 1500; i++) {
            BsonDocument pre = new BsonDocument("_id", new BsonInt32(i));
            pre.putAll(documents.document(4));
            BsonDocument update = new RandomUpdates(random, documents).update();
            collection.insertOne(pre);
            String ours = ours(pre, update);
            String theirs = theirs(collection, pre, update);
            boolean bothRefuse = ours.startsWith("refused") && theirs.startsWith("refused");
            // Which of two faults of a $rename is named first is not ours to copy.
            if (!ours.equals(theirs) && !(bothRefuse && update.containsKey("$rename"))) {
                wrong.add(update + " on " + pre + "\n   ours   " + ours + "\n   theirs " + theirs);
            }
        }
        assertThat(wrong.stream().limit(12).collect(Collectors.joining("\n")))
                .as("seed %d, %d different", seed, wrong.size())
                .isEmpty();
    }

    private static String ours(BsonDocument pre, BsonDocument update) {
        try {
            return Update.compile(update, List.of(), LogFormat.DIFF)
                    .apply(
                            pre,
                            UpdateContext.existing(new BsonDateTime(0), new BsonTimestamp(1, 1)))
                    .post()
                    .toJson();
        } catch (ServerError refused) {
            return "refused " + refused.code();
        }
    }

    private static String theirs(
            MongoCollection<BsonDocument> collection, BsonDocument pre, BsonDocument update) {
        BsonDocument key = new BsonDocument("_id", pre.get("_id"));
        BsonDocument command =
                new BsonDocument("update", new BsonString("updates"))
                        .append(
                                "updates",
                                new BsonArray(
                                        List.of(new BsonDocument("q", key).append("u", update))));
        try {
            BsonDocument reply = database.runCommand(command, BsonDocument.class);
            if (reply.containsKey("writeErrors")) {
                return "refused "
                        + reply.getArray("writeErrors")
                                .get(0)
                                .asDocument()
                                .getInt32("code")
                                .getValue();
            }
        } catch (MongoCommandException refused) {
            return "refused " + refused.getErrorCode();
        }
        return collection.find(key).first().toJson();
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void valuesCompareAlike(long given) {
        begin(given);
        List<BsonDocument> all = fill("order", 200);
        all.sort((left, right) -> BsonOrder.SIMPLE.compare(left, right));
        List<BsonDocument> theirs =
                collection("order")
                        .aggregate(List.of(BsonDocument.parse("{$sort: {_id: 1}}")))
                        .into(new ArrayList<>());
        assertThat(theirs).hasSameSizeAs(all);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void hashesAreTheSame(long given) {
        begin(given);
        List<BsonValue> values = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            values.add(documents.value(3));
        }
        BsonArray.parse(
                        "[0, 1, -1, 1.5, -1.5, 1e300, {$numberLong: '9007199254740993'},"
                            + " {$numberDecimal: '3.7'}, {$oid: '0102030405060708090a0b0c'},"
                            + " {$timestamp: {t: 5, i: 6}}, {$minKey: 1}, {$maxKey: 1}, {$regex:"
                            + " 'a', $options: 'i'}, {$binary: {base64: 'AQID', subType: '00'}},"
                            + " 'text', '', {$numberDouble: 'NaN'}]")
                .forEach(values::add);
        MongoCollection<BsonDocument> collection = collection("hashes");
        for (int i = 0; i < values.size(); i++) {
            collection.insertOne(
                    new BsonDocument("_id", new BsonInt32(i)).append("v", values.get(i)));
        }
        List<BsonDocument> hashed =
                collection
                        .aggregate(
                                List.of(
                                        BsonDocument.parse("{$sort: {_id: 1}}"),
                                        BsonDocument.parse(
                                                "{$set: {h: {$toHashedIndexKey: '$v'}}}")))
                        .into(new ArrayList<>());
        for (BsonDocument document : hashed) {
            assertThat(HashedValue.of(document.get("v")))
                    .as("seed %d, value %s", seed, document.get("v"))
                    .isEqualTo(document.getInt64("h").getValue());
        }
    }

    private List<BsonDocument> fill(String name, int count) {
        List<BsonDocument> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            BsonDocument document = new BsonDocument("_id", new BsonInt32(i));
            document.putAll(documents.document(4));
            all.add(document);
        }
        collection(name).insertMany(all);
        return all;
    }

    private static MongoCollection<BsonDocument> collection(String name) {
        return database.getCollection(name, BsonDocument.class);
    }
}
