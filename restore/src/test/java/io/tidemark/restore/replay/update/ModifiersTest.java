package io.tidemark.restore.replay.update;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.restore.BsonFiles;
import io.tidemark.schemas.bson.RawDocument;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Updates of servers up to 5.0, by the rules of their oplogs. */
final class ModifiersTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                // before | update | after
                "{_id: 1, b: 1, a: 1} | {$v: 1, $set: {a: 2}} | {_id: 1, b: 1, a: 2}",
                "{_id: 1} | {$v: 1, $set: {z: 1, b: 2, a: 3}} | {_id: 1, a: 3, b: 2, z: 1}",
                "{_id: 1} | {$set: {x: 1}} | {_id: 1, x: 1}",
                "{_id: 1, a: 1, b: 2} | {$v: 1, $unset: {a: true}} | {_id: 1, b: 2}",
                "{_id: 1} | {$v: 1, $unset: {a: true, 'b.c': true}} | {_id: 1}",
                "{_id: 1} | {$v: 1, $set: {'a.b.c': 1}} | {_id: 1, a: {b: {c: 1}}}",
                "{_id: 1, a: {x: 1}} | {$v: 1, $set: {'a.c': 1, 'a.b': 2}} | {_id: 1, a: {x: 1, b:"
                        + " 2, c: 1}}",
                "{_id: 1, a: [0, 1]} | {$v: 1, $set: {'a.1': 9}} | {_id: 1, a: [0, 9]}",
                "{_id: 1, a: [0]} | {$v: 1, $set: {'a.3': 9}} | {_id: 1, a: [0, null, null, 9]}",
                "{_id: 1, a: [0]} | {$v: 1, $set: {'a.10': 1, 'a.9': 2}} | {_id: 1, a: [0, null,"
                        + " null, null, null, null, null, null, null, 2, 1]}",
                "{_id: 1, a: [0]} | {$v: 1, $set: {'a.2.b': 1}} | {_id: 1, a: [0, null, {b: 1}]}",
                "{_id: 1, a: [{b: 1}]} | {$v: 1, $set: {'a.0.b': 2}} | {_id: 1, a: [{b: 2}]}",
                "{_id: 1, a: [1, 2]} | {$v: 1, $unset: {'a.0': true}} | {_id: 1, a: [null, 2]}",
                "{_id: 1, a: {}} | {$v: 1, $set: {'a.0': 1}} | {_id: 1, a: {'0': 1}}",
                "{_id: 1, a: 5} | {$v: 1, $set: {'a.b': 1}} | {_id: 1, a: 5}",
                "{_id: 1, a: [1]} | {$v: 1, $set: {'a.b': 1}} | {_id: 1, a: [1]}",
                "{_id: 1, a: 1} | {_id: 1, $v: 2, x: 1} | {_id: 1, $v: 2, x: 1}",
            })
    void changesWhatTheServerWouldChange(String before, String update, String after) {
        RawDocument document = BsonFiles.json(before);

        byte[] changed =
                new OplogUpdate(BsonFiles.json(update))
                        .apply(document.find("_id").orElseThrow(), Optional.of(document));

        assertThat(RawDocument.of(changed)).isEqualTo(BsonFiles.json(after));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "{$v: 1, $set: {b: 1, a: 2}} | {_id: 7, a: 2, b: 1}",
                "{$v: 2, diff: {u: {b: 1}, i: {a: 2}}} | {_id: 7, b: 1, a: 2}",
                "{$v: 2, diff: {d: {b: false}, sx: {i: {a: 2}}}} | {_id: 7}",
            })
    void startsAMissingDocumentFromItsId(String update, String after) {
        byte[] created =
                new OplogUpdate(BsonFiles.json(update))
                        .apply(
                                BsonFiles.json("{_id: 7}").find("_id").orElseThrow(),
                                Optional.empty());

        assertThat(RawDocument.of(created)).isEqualTo(BsonFiles.json(after));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {"{$v: 3, diff: {}}", "{$v: 1, $inc: {a: 1}}", "{$v: 1, $set: {'a..b': 1}}"})
    void refusesWhatNoOplogHolds(String update) {
        RawDocument document = BsonFiles.json("{_id: 1}");
        assertThatThrownBy(
                        () ->
                                new OplogUpdate(BsonFiles.json(update))
                                        .apply(
                                                document.find("_id").orElseThrow(),
                                                Optional.of(document)))
                .isInstanceOf(InvalidUpdateException.class);
    }
}
