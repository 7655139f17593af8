package io.tidemark.restore.orphans;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.restore.BsonFiles;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Hashes that MongoDB publishes: they are in its own tests of the function (mongodb/mongo, {@code
 * src/mongo/db/hasher_test.cpp}). Timestamps are left out: they had another kind of type then.
 */
final class HashedKeyTest {
    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "1 | 5902408780260971510",
                "1.987 | 5902408780260971510",
                "{$numberLong: '1'} | 5902408780260971510",
                "-1 | 1140205862565771219",
                "-1.789 | 1140205862565771219",
                "{$numberLong: '-1'} | 1140205862565771219",
                "-2147483648 | 6165898260261354870",
                "{$numberDouble: '-2147483648'} | 6165898260261354870",
                "2147483647 | 1143184177162245883",
                "{$numberLong: '2147483647'} | 1143184177162245883",
                "{$numberDouble: '1.7976931348623157E308'} | 921523596458303250",
                "{$numberLong: '9223372036854775807'} | 921523596458303250",
                "{$numberDouble: '-1.7976931348623157E308'} | 4532067210535695462",
                "{$numberLong: '-9223372036854775808'} | 4532067210535695462",
                "{$minKey: 1} | 7961148599568647290",
                "{$maxKey: 1} | 5504842513779440750",
                "'abc' | 8478485326885698097",
                "{$symbol: 'abc'} | 8478485326885698097",
                "'' | 2049396243249673340",
                "{a: 'abc', b: {$numberLong: '123'}} | 4771603801758380216",
                "{} | 7980500913326740417",
                "['bar', 'baz', 'qux'] | -2938911267422831539",
                "[] | 8849948234993459283",
                "{$binary: {base64: 'AAECAwQG', subType: '00'}} | 7252465090394235301",
                "{$binary: {base64: 'AAECAwQG', subType: '80'}} | 5736670452907618262",
                "{$binary: {base64: 'AAECAwQFBgcICQoLDA0ODw==', subType: '04'}}"
                        + " | 6084661258071355978",
                "{$oid: '010203040506070809101112'} | -5588663249627035708",
                "{$oid: '000000000000000000000000'} | -4293118519463489418",
                "true | 6405873908747105701",
                "false | 6289544573401934092",
                "{$date: {$numberLong: '0'}} | -1178696894582842035",
                "{$regularExpression: {pattern: 'mongodb', options: ''}} | -7275792090268217043",
                "{$regularExpression: {pattern: '.*', options: 'i'}} | 7095855029187981886",
                "{$code: 'func f() { return 1; }'} | 6861638109178014270",
                "{$code: 'func f() { return 1; }', $scope: {c: true}} | 501342939894575968",
            })
    void isWhatMongoDbPublishes(String value, long hash) {
        assertThat(HashedKey.of(BsonFiles.json("{check: " + value + "}").first().orElseThrow()))
                .isEqualTo(hash);
    }
}
