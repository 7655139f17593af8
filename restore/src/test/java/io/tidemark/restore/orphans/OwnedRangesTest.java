package io.tidemark.restore.orphans;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.restore.BsonFiles;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Chunks own from their min, inclusive, to their max, exclusive. */
final class OwnedRangesTest {
    private final OwnedRanges owned =
            new OwnedRanges(
                    BsonFiles.json("{'user.region': 1, n: 1}"),
                    List.of(
                            chunk(
                                    "{'user.region': 'm', n: 5}",
                                    "{'user.region': 'p', n: {$minKey: 1}}"),
                            chunk(
                                    "{'user.region': {$minKey: 1}, n: {$minKey: 1}}",
                                    "{'user.region': 'b', n: 0}")),
                    7);

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "just before the first chunk's end | {user: {region: 'b'}, n: -1} | true",
                "the first chunk's end | {user: {region: 'b'}, n: 0} | false",
                "equal as another number type | {user: {region: 'b'}, n: 0.0} | false",
                "the second chunk's begin | {user: {region: 'm'}, n: {$numberLong: '5'}} | true",
                "just before it | {user: {region: 'm'}, n: 4.99} | false",
                "inside | {user: {region: 'n'}, n: 1} | true",
                "its end | {user: {region: 'p'}} | false",
                "missing fields count as null | {x: 1} | true",
                "an array on the path has no key and stays | {user: [{region: 'z'}], n: 1} | true",
            })
    void ownsWhatLiesInItsChunks(String name, String document, boolean isOwned) {
        assertThat(owned.owns(BsonFiles.json(document))).as(name).isEqualTo(isOwned);
    }

    private static io.tidemark.schemas.bson.RawDocument chunk(String min, String max) {
        return BsonFiles.json("{min: " + min + ", max: " + max + "}");
    }
}
