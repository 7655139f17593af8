package io.tidemark.cli.export;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.schemas.model.Namespace;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Names of files by the rules of mongodump, which mongorestore reads them by (mongo-tools, {@code
 * mongodump/prepare.go}, {@code mongorestore/filepath.go}, and the names in its own test data).
 */
class DumpNamesTest {
    private static final int MARKED = 238;

    @ParameterizedTest
    @CsvSource({
        "orders, orders",
        "a.b_c-d~e, a.b_c-d~e",
        "$&+:=@, $&+:=@",
        "'a/b;c,d?e', 'a%2Fb%3Bc%2Cd%3Fe'",
        "'50% #1 \"x\"', '50%25%20%231%20%22x%22'",
        "cafés, caf%C3%A9s"
    })
    void escapesWhatAPathSegmentCantHave(String collection, String file) {
        assertThat(DumpNames.file(collection)).isEqualTo(file);
    }

    /** The one in mongo-tools' test data, whose digest it tells. */
    @Test
    void aLongNameIsCutAndMarkedWithItsDigest() {
        String collection =
                "aVery"
                        + "Very".repeat(43)
                        + "LongCollectionNameConsistingOfExactlyTwoHundredAndFortySevenCharacters";

        assertThat(collection).hasSize(247);
        assertThat(DumpNames.file(collection))
                .isEqualTo(collection.substring(0, 208) + "%24xFO0VquRn7cg3QooSZD5sglTddU");
    }

    /** mongorestore takes the name from the metadata only of files whose name is so long. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5})
    void isAlwaysAsLongAsMongorestoreKnowsCutNamesBy(int before) {
        assertThat(DumpNames.file("x".repeat(before) + "é".repeat(100))).hasSize(MARKED);
        assertThat(DumpNames.file("x".repeat(MARKED - before))).doesNotContain("%24");
    }

    @ParameterizedTest
    @CsvSource({
        "shop.orders, true",
        "shop.system.js, true",
        "shop.system.buckets.weather, true",
        "shop.system.views, false",
        "shop.system.profile, false",
        "admin.system.users, true",
        "admin.system.version, true",
        "admin.system.keys, false",
        "config.chunks, true",
        "config.cache.chunks.shop.orders, false",
        "config.transactions, false",
        "local.oplog.rs, false"
    })
    void holdsWhatMongodumpWrites(String namespace, boolean dumped) {
        assertThat(DumpedNamespaces.has(Namespace.of(namespace))).isEqualTo(dumped);
    }
}
