package io.tidemark.embedded.mongo.node;

import java.util.ArrayList;
import java.util.List;

/** A result that was complete when it was asked for. */
final class ListCursor implements ServerCursor {
    private final String namespace;
    private final List<byte[]> documents;
    private int position;

    ListCursor(String namespace, List<byte[]> documents) {
        this.namespace = namespace;
        this.documents = documents;
    }

    @Override
    public String namespace() {
        return namespace;
    }

    @Override
    public List<byte[]> next(Request request, int maxCount, long waitMillis) {
        List<byte[]> batch = new ArrayList<>();
        long bytes = 0;
        int most = maxCount == 0 ? Integer.MAX_VALUE : maxCount;
        while (position < documents.size() && batch.size() < most) {
            byte[] document = documents.get(position);
            if (!batch.isEmpty() && bytes + document.length > MAX_BATCH_BYTES) {
                break;
            }
            bytes += document.length;
            batch.add(document);
            position++;
        }
        return batch;
    }

    @Override
    public boolean isExhausted() {
        return position >= documents.size();
    }
}
