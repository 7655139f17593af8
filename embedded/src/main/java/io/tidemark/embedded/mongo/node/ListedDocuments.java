package io.tidemark.embedded.mongo.node;

import io.tidemark.embedded.mongo.store.IdKey;
import java.util.List;
import java.util.function.Predicate;

/** Documents that were computed, not stored. */
record ListedDocuments(List<byte[]> documents) implements DocumentSource {
    @Override
    public byte[] get(IdKey key) {
        return documents.stream()
                .filter(document -> IdKey.ofDocument(document).equals(key))
                .findFirst()
                .orElse(null);
    }

    @Override
    public void scan(IdRange range, Predicate<byte[]> visitor) {
        for (byte[] document : documents) {
            if (!visitor.test(document)) {
                return;
            }
        }
    }
}
