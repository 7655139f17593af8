package io.tidemark.restore.orphans;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.restore.BsonFiles;
import io.tidemark.schemas.bson.RawDocument;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Chunks own from their min, inclusive, to their max, exclusive. */
final class OwnedRangesTest {
    private final OwnedRanges owned = owned();

    private static OwnedRanges owned() {
        ChunkRanges chunks = new ChunkRanges(BsonFiles.json("{'user.region': 1, n: 1}"));
        chunks.add(
                chunk(
                        "ours",
                        "{'user.region': 'm', n: 5}",
                        "{'user.region': 'p', n: {$minKey: 1}}"));
        chunks.add(chunk("theirs", "{'user.region': 'b', n: 0}", "{'user.region': 'm', n: 5}"));
        chunks.add(
                chunk(
                        "ours",
                        "{'user.region': {$minKey: 1}, n: {$minKey: 1}}",
                        "{'user.region': 'b', n: 0}"));
        return chunks.ownedBy("ours");
    }

    @Test
    void oneOfManyChunksIsFoundWhateverTheirOrder() {
        long seed = 17;
        Random random = new Random(seed);
        List<Integer> bounds = new ArrayList<>(IntStream.range(0, 20_000).boxed().toList());
        Collections.shuffle(bounds, random);
        ChunkRanges chunks = new ChunkRanges(BsonFiles.json("{n: 1}"));
        boolean[] ours = new boolean[20_000];
        for (int bound : bounds) {
            ours[bound] = random.nextInt(3) == 0;
            chunks.add(
                    chunk(
                            ours[bound] ? "ours" : "shard" + random.nextInt(5),
                            "{n: " + bound + "}",
                            "{n: " + (bound + 1) + "}"));
        }
        OwnedRanges owned = chunks.ownedBy("ours");

        assertThat(owned.areEverything()).isFalse();
        assertThat(chunks.owners()).hasSize(6);
        for (int i = 0; i < 20_000; i++) {
            assertThat(owned.owns(BsonFiles.json("{n: " + i + ".5}")))
                    .as("seed %d, %d", seed, i)
                    .isEqualTo(ours[i]);
        }
        assertThat(owned.owns(BsonFiles.json("{n: 20000}"))).isFalse();
    }

    @Test
    void oneShardAloneOwnsEverything() {
        ChunkRanges chunks = new ChunkRanges(BsonFiles.json("{n: 1}"));
        chunks.add(chunk("ours", "{n: {$minKey: 1}}", "{n: {$maxKey: 1}}"));

        assertThat(chunks.ownedBy("ours").areEverything()).isTrue();
        assertThat(chunks.ownedBy("other").areEverything()).isFalse();
        assertThat(chunks.ownedBy("other").owns(BsonFiles.json("{n: 1}"))).isFalse();
    }

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

    private static RawDocument chunk(String shard, String min, String max) {
        return BsonFiles.json("{min: " + min + ", max: " + max + ", shard: '" + shard + "'}");
    }
}
