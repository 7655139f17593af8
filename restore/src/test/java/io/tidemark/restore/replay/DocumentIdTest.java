package io.tidemark.restore.replay;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.bson.RawDocumentBuilder;
import java.util.HashSet;
import java.util.Set;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;

/** Ids of documents. What is expected of a target stands on their hashes. */
final class DocumentIdTest {
    private static final int IDS = 200_000;

    @Test
    void numbersInARowHaveHashesOfTheirOwn() {
        assertThat(hashes((id, i) -> id.appendInt64("_id", i))).hasSize(IDS);
        assertThat(hashes((id, i) -> id.appendInt64("_id", -i))).hasSize(IDS);
        assertThat(hashes((id, i) -> id.appendInt64("_id", 0x9E3779B97F4A7C15L * i))).hasSize(IDS);
    }

    @Test
    void textsThatDifferInFewBytesHaveHashesOfTheirOwn() {
        assertThat(hashes((id, i) -> id.appendString("_id", "käufer-" + i + "-ü"))).hasSize(IDS);
        assertThat(hashes((id, i) -> id.appendString("_id", i + "\u00ff\u0080"))).hasSize(IDS);
    }

    private static Set<Long> hashes(BiConsumer<RawDocumentBuilder, Integer> maker) {
        Set<Long> hashes = new HashSet<>();
        for (int i = 0; i < IDS; i++) {
            RawDocumentBuilder document = new RawDocumentBuilder(32);
            maker.accept(document, i);
            hashes.add(DocumentId.ofDocument(RawDocument.of(document.build())).hash());
        }
        return hashes;
    }
}
