package io.tidemark.embedded.mongo.update;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.embedded.mongo.ServerError;
import io.tidemark.embedded.mongo.SharedData;
import io.tidemark.embedded.mongo.query.BsonOrder;
import io.tidemark.embedded.mongo.query.Filter;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import org.bson.BsonArray;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonTimestamp;
import org.bson.BsonValue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UpdateTest {
    private static final UpdateContext NOW =
            UpdateContext.existing(new BsonDateTime(1000), new BsonTimestamp(7, 1));

    @Test
    void logsWhatTheServersOwnTestAsserts() {
        int checked = 0;
        for (BsonDocument fact : SharedData.jsonLines("facts/oplog-format.jsonl")) {
            if (fact.containsKey("pre")) {
                BsonDocument update =
                        fact.isDocument("update")
                                ? fact.getDocument("update")
                                : BsonDocument.parse("{a: [2]}");
                UpdateResult result = apply(fact.getDocument("pre"), update, LogFormat.DIFF);
                assertSame(result.log().orElseThrow(), fact.getDocument("oplog_o"));
                assertSame(result.post(), fact.getDocument("post"));
                checked++;
            }
        }
        assertThat(checked).isEqualTo(8);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    {a: 1}                     | {$set: {b: 2}}                            | {a: 1, b: 2}                     | {i: {b: 2}}                             | {$set: {b: 2}}
                    {a: 1}                     | {$set: {'x.y': 2, 'x.z': 3}}              | {a: 1, x: {y: 2, z: 3}}          | {i: {x: {y: 2, z: 3}}}                  | {$set: {'x.y': 2, 'x.z': 3}}
                    {a: 1, b: 2}               | {$unset: {a: ''}}                         | {b: 2}                           | {d: {a: false}}                         | {$unset: {a: true}}
                    {a: [1, 2]}                | {$push: {a: 3}}                           | {a: [1, 2, 3]}                   | {sa: {a: true, u2: 3}}                  | {$set: {'a.2': 3}}
                    {a: [1, 2]}                | {$push: {a: {$each: [0], $position: 0}}}  | {a: [0, 1, 2]}                   | {u: {a: [0, 1, 2]}}                     | {$set: {a: [0, 1, 2]}}
                    {a: [1]}                   | {$set: {'a.3': 9}}                        | {a: [1, null, null, 9]}          | {sa: {a: true, u3: 9}}                  | {$set: {'a.3': 9}}
                    {a: [{b: 1}]}              | {$set: {'a.0.b': 2, 'a.0.c': 3}}          | {a: [{b: 2, c: 3}]}              | {sa: {a: true, s0: {u: {b: 2}, i: {c: 3}}}} | {$set: {'a.0.b': 2, 'a.0.c': 3}}
                    {a: [1, 2]}                | {$addToSet: {a: 3}}                       | {a: [1, 2, 3]}                   | {u: {a: [1, 2, 3]}}                     | {$set: {a: [1, 2, 3]}}
                    {a: [1, 2, 3]}             | {$pop: {a: 1}}                            | {a: [1, 2]}                      | {u: {a: [1, 2]}}                        | {$set: {a: [1, 2]}}
                    {a: [3, 1, 2]}             | {$pull: {a: {$gte: 2}}}                   | {a: [1]}                         | {u: {a: [1]}}                           | {$set: {a: [1]}}
                    {a: 1, b: 2}               | {$rename: {a: 'c'}}                       | {b: 2, c: 1}                     | {d: {a: false}, i: {c: 1}}              | {$set: {c: 1}, $unset: {a: true}}
                    {a: 5}                     | {$mul: {a: 2, b: 3}}                      | {a: 10, b: 0}                    | {u: {a: 10}, i: {b: 0}}                 | {$set: {a: 10, b: 0}}
                    {a: 5}                     | {$min: {a: 3}, $max: {b: 1}}              | {a: 3, b: 1}                     | {u: {a: 3}, i: {b: 1}}                  | {$set: {a: 3, b: 1}}
                    {a: 12}                    | {$bit: {a: {and: 10}}}                    | {a: 8}                           | {u: {a: 8}}                             | {$set: {a: 8}}
                    {a: [1, 1]}                | {$inc: {'a.$[]': 1}}                      | {a: [2, 2]}                      | {u: {a: [2, 2]}}                        | {$set: {a: [2, 2]}}
                    {a: [1]}                   | {$inc: {'a.$[]': 1}}                      | {a: [2]}                         | {sa: {a: true, u0: 2}}                  | {$set: {'a.0': 2}}
                    """)
    void changesAndLogs(String pre, String update, String post, String diff, String modifiers) {
        UpdateResult byDiff = apply(parse(pre), parse(update), LogFormat.DIFF);
        assertSame(byDiff.post(), parse(post));
        assertSame(byDiff.log().orElseThrow().getDocument("diff"), parse(diff));
        UpdateResult byModifiers = apply(parse(pre), parse(update), LogFormat.MODIFIERS);
        BsonDocument logged = byModifiers.log().orElseThrow().clone();
        assertThat(logged.getInt32("$v").getValue()).isEqualTo(1);
        logged.remove("$v");
        assertSame(logged, parse(modifiers));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    {_id: 1}          | {$set: {_id: 2}}                      | 66
                    {_id: 1}          | {_id: 2, a: 1}                        | 66
                    {_id: 1}          | {$unset: {_id: 1}}                    | 66
                    {_id: 1}          | {$set: {a: 1}, $inc: {a: 1}}          | 40
                    {_id: 1}          | {$set: {a: 1, 'a.b': 1}}              | 40
                    {_id: 1, a: 1}    | {$set: {'a.b': 1}}                    | 28
                    {_id: 1, a: [1]}  | {$set: {'a.b': 1}}                    | 28
                    {_id: 1, a: 'x'}  | {$inc: {a: 1}}                        | 14
                    {_id: 1}          | {$inc: {a: 'x'}}                      | 14
                    {_id: 1, a: 1}    | {$push: {a: 1}}                       | 2
                    {_id: 1}          | {$nothing: {a: 1}}                    | 9
                    {_id: 1}          | {$set: {a: 1}, b: 1}                  | 9
                    {_id: 1}          | {a: 1, $set: {b: 1}}                  | 52
                    {_id: 1, a: [1]}  | {$set: {'a.$': 1}}                    | 2
                    {_id: 1}          | {$set: {'a..b': 1}}                   | 56
                    """)
    void refusesWhatTheServerRefuses(String pre, String update, int code) {
        assertThatThrownBy(() -> apply(parse(pre), parse(update), LogFormat.DIFF))
                .isInstanceOfSatisfying(
                        ServerError.class, error -> assertThat(error.code()).isEqualTo(code));
    }

    @Test
    void logsNothingWhereNothingChanges() {
        BsonDocument pre = parse("{_id: 1, a: 1, b: [1], c: 2}");
        for (String update :
                List.of(
                        "{$set: {a: 1}}",
                        "{$unset: {x: 1}}",
                        "{$addToSet: {b: 1}}",
                        "{$pull: {b: 7}}",
                        "{$max: {a: 0}}",
                        "{$setOnInsert: {z: 1}}",
                        "{$inc: {a: 0}}",
                        "{_id: 1, a: 1, b: [1], c: 2}")) {
            assertThat(apply(pre, parse(update), LogFormat.DIFF).changed()).as(update).isFalse();
        }
    }

    @Test
    void takesThePositionOfTheMatchForTheDollarSign() {
        BsonDocument pre = parse("{_id: 1, a: [{k: 1, v: 1}, {k: 2, v: 1}]}");
        OptionalInt index =
                Filter.compile(parse("{'a.k': 2}")).match(pre).orElseThrow().arrayIndex();
        UpdateResult result =
                Update.compile(parse("{$set: {'a.$.v': 5}}"), List.of(), LogFormat.DIFF)
                        .apply(pre, NOW.at(index));
        assertSame(result.post(), parse("{_id: 1, a: [{k: 1, v: 1}, {k: 2, v: 5}]}"));
    }

    @Test
    void startsAnUpsertFromTheFiltersEqualities() {
        Update update = Update.compile(parse("{$set: {c: 1}}"), List.of(), LogFormat.DIFF);
        BsonDocument seed =
                UpsertSeed.of(
                        Filter.compile(
                                parse("{'a.b': 1, x: {$gt: 3}, $and: [{y: {$eq: 2}}], _id: 9}")),
                        update);
        assertSame(seed, parse("{_id: 9, a: {b: 1}, y: 2}"));
    }

    @Test
    void runsPipelinesAndLogsADiffOrTheWholeDocument() {
        BsonDocument pre =
                parse(
                        "{_id: 1, a: 1, text: 'a rather long text that stays as it is', list: [1,"
                                + " 2, 3]}");
        BsonValue pipeline =
                BsonArray.parse("[{$set: {b: '$a', 'n.m': {$add: ['$a', 1]}}}, {$unset: 'a'}]");
        UpdateResult result = Update.compile(pipeline, List.of(), LogFormat.DIFF).apply(pre, NOW);
        assertSame(
                result.post(),
                parse(
                        "{_id: 1, text: 'a rather long text that stays as it is', list: [1, 2, 3],"
                                + " b: 1, n: {m: 2}}"));
        assertSame(
                result.log().orElseThrow(),
                parse("{$v: 2, diff: {d: {a: false}, i: {b: 1, n: {m: 2}}}}"));
        UpdateResult small =
                Update.compile(
                                BsonArray.parse("[{$replaceWith: {z: 1}}]"),
                                List.of(),
                                LogFormat.DIFF)
                        .apply(parse("{_id: 1, a: 1}"), NOW);
        assertSame(small.log().orElseThrow(), parse("{_id: 1, z: 1}"));
    }

    /** What is logged must lead to what was stored: by the diff, and by the modifiers run again. */
    @Test
    void everyLoggedEntryLeadsToTheStoredDocument() {
        long seed = Long.getLong("tidemark.seed", 20_261_120L);
        Random random = new Random(seed);
        RandomDocuments documents = new RandomDocuments(random);
        int changed = 0;
        for (int i = 0; i < 5_000; i++) {
            BsonDocument pre = new BsonDocument("_id", new org.bson.BsonInt32(i));
            pre.putAll(documents.document(4));
            BsonDocument update = new RandomUpdates(random, documents).update();
            changed += leadsToTheSame(pre, update, seed) ? 1 : 0;
        }
        assertThat(changed).as("updates that took effect, seed %d", seed).isGreaterThan(500);
    }

    private static boolean leadsToTheSame(BsonDocument pre, BsonDocument update, long seed) {
        UpdateResult byDiff;
        UpdateResult byModifiers;
        try {
            byDiff = apply(pre, update, LogFormat.DIFF);
            byModifiers = apply(pre, update, LogFormat.MODIFIERS);
        } catch (ServerError refused) {
            return false;
        }
        if (!byDiff.changed()) {
            return false;
        }
        BsonDocument diff = byDiff.log().orElseThrow().getDocument("diff");
        assertThat(BsonOrder.identical(DiffApplier.apply(pre, diff), byDiff.post()))
                .as("seed %d: %s on %s gave %s, diff %s", seed, update, pre, byDiff.post(), diff)
                .isTrue();
        BsonDocument modifiers = byModifiers.log().orElseThrow().clone();
        modifiers.remove("$v");
        BsonDocument again = apply(pre, modifiers, LogFormat.MODIFIERS).post();
        assertThat(BsonOrder.identical(again, byModifiers.post()))
                .as(
                        "seed %d: %s on %s gave %s, logged %s",
                        seed, update, pre, byModifiers.post(), modifiers)
                .isTrue();
        return true;
    }

    private static UpdateResult apply(BsonDocument pre, BsonDocument update, LogFormat format) {
        return Update.compile(update, List.of(), format).apply(pre, NOW);
    }

    private static BsonDocument parse(String json) {
        return BsonDocument.parse(json);
    }

    private static void assertSame(BsonDocument actual, BsonDocument expected) {
        assertThat(BsonOrder.identical(actual, expected))
                .as("expected %s but was %s", expected, actual)
                .isTrue();
    }
}
