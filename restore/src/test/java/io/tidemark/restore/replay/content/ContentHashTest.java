package io.tidemark.restore.replay.content;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.restore.BsonFiles;
import io.tidemark.schemas.bson.RawDocument;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The hash over a set of documents. */
final class ContentHashTest {
    private static final long SEED = 77;

    @ParameterizedTest
    @CsvSource({
        // Published values of MurmurHash3 x64 128, seed 0.
        "'', 00000000000000000000000000000000",
        "'hello', cbd8a7b341bd9b025b1e906a48ae1d19",
        "'hello, world', 342fac623a5ebc8e4cdcbc079642414d",
        "'19 Jan 2038 at 3:14:07 AM', b89e5988b737affc664fc2950231b2cb",
        "'The quick brown fox jumps over the lazy dog.', cd99481f9ee902c9695da1a38987b6e7",
    })
    void agreesWithPublishedValues(String text, String hex) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        ContentHash.Part part = ContentHash.of(bytes, 0, bytes.length);
        assertThat(String.format("%016x%016x", part.high(), part.low())).isEqualTo(hex);
    }

    @Test
    void isTheSameForEveryOrderAndNoOtherSet() {
        List<RawDocument> documents = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            documents.add(BsonFiles.json("{_id: " + i + ", v: 'x'}"));
        }
        String hash = hash(documents);
        Collections.shuffle(documents, new Random(SEED));
        assertThat(hash(documents)).isEqualTo(hash);

        Set<String> others = new HashSet<>();
        for (int i = 0; i < documents.size(); i++) {
            List<RawDocument> other = new ArrayList<>(documents);
            other.remove(i);
            others.add(hash(other));
            other.add(BsonFiles.json("{_id: " + i + ", v: 'y'}"));
            others.add(hash(other));
        }
        assertThat(others).hasSize(1000).doesNotContain(hash);
    }

    private static String hash(List<RawDocument> documents) {
        ContentHash hash = new ContentHash();
        documents.forEach(document -> hash.add(ContentHash.of(document)));
        return hash.documents() + ":" + hash.hex();
    }
}
