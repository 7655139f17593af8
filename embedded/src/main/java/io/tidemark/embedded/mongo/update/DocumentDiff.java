package io.tidemark.embedded.mongo.update;

import io.tidemark.embedded.mongo.query.BsonOrder;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bson.BsonBinaryWriter;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonValue;
import org.bson.codecs.BsonDocumentCodec;
import org.bson.codecs.EncoderContext;
import org.bson.io.BasicOutputBuffer;

/**
 * The {@code $v: 2} diff that leads from one document to another, field by field in their order.
 */
public final class DocumentDiff {
    private final BsonDocument deletes = new BsonDocument();
    private final BsonDocument updates = new BsonDocument();
    private final BsonDocument inserts = new BsonDocument();
    private final BsonDocument inner = new BsonDocument();

    private DocumentDiff() {}

    /**
     * The diff, or nothing where it would be as large as the new document: then the document is
     * logged.
     */
    public static Optional<BsonDocument> smaller(BsonDocument pre, BsonDocument post) {
        BsonDocument diff = of(pre, post);
        return sizeOf(diff) < sizeOf(post) ? Optional.of(diff) : Optional.empty();
    }

    /** The diff, whatever its size; empty if the documents are the same. */
    public static BsonDocument of(BsonDocument pre, BsonDocument post) {
        DocumentDiff diff = new DocumentDiff();
        diff.compare(pre, post);
        return diff.toDocument();
    }

    /** Fields that stand out of order are taken away and put in again at the end. */
    private void compare(BsonDocument pre, BsonDocument post) {
        Iterator<Map.Entry<String, BsonValue>> olds = pre.entrySet().iterator();
        Iterator<Map.Entry<String, BsonValue>> news = post.entrySet().iterator();
        Map.Entry<String, BsonValue> wanted = next(news);
        while (olds.hasNext()) {
            Map.Entry<String, BsonValue> old = olds.next();
            if (wanted != null && old.getKey().equals(wanted.getKey())) {
                change(old.getKey(), old.getValue(), wanted.getValue());
                wanted = next(news);
            } else {
                deletes.put(old.getKey(), BsonBoolean.FALSE);
            }
        }
        while (wanted != null) {
            deletes.remove(wanted.getKey());
            inserts.put(wanted.getKey(), wanted.getValue());
            wanted = next(news);
        }
    }

    private static Map.Entry<String, BsonValue> next(
            Iterator<Map.Entry<String, BsonValue>> entries) {
        return entries.hasNext() ? entries.next() : null;
    }

    private void change(String name, BsonValue old, BsonValue wanted) {
        if (BsonOrder.identical(old, wanted)) {
            return;
        }
        Optional<BsonDocument> below = below(old, wanted);
        if (below.isPresent()) {
            inner.put("s" + name, below.get());
        } else {
            updates.put(name, wanted);
        }
    }

    /** A diff inside documents or arrays, if both are such and it is smaller than the new value. */
    private static Optional<BsonDocument> below(BsonValue old, BsonValue wanted) {
        BsonDocument diff;
        if (old.isDocument() && wanted.isDocument()) {
            diff = of(old.asDocument(), wanted.asDocument());
        } else if (old.isArray() && wanted.isArray()) {
            diff = ofArrays(old.asArray().getValues(), wanted.asArray().getValues());
        } else {
            return Optional.empty();
        }
        return sizeOf(diff) < sizeOf(new BsonDocument("", wanted))
                ? Optional.of(diff)
                : Optional.empty();
    }

    private static BsonDocument ofArrays(List<BsonValue> olds, List<BsonValue> news) {
        BsonDocument diff = new BsonDocument("a", BsonBoolean.TRUE);
        if (news.size() < olds.size()) {
            diff.put("l", new BsonInt32(news.size()));
        }
        for (int i = 0; i < news.size(); i++) {
            if (i >= olds.size()) {
                diff.put("u" + i, news.get(i));
            } else if (!BsonOrder.identical(olds.get(i), news.get(i))) {
                Optional<BsonDocument> below = below(olds.get(i), news.get(i));
                diff.put(
                        (below.isPresent() ? "s" : "u") + i,
                        below.map(BsonValue.class::cast).orElse(news.get(i)));
            }
        }
        return diff;
    }

    private BsonDocument toDocument() {
        BsonDocument diff = new BsonDocument();
        if (!deletes.isEmpty()) {
            diff.put("d", deletes);
        }
        if (!updates.isEmpty()) {
            diff.put("u", updates);
        }
        if (!inserts.isEmpty()) {
            diff.put("i", inserts);
        }
        diff.putAll(inner);
        return diff;
    }

    private static int sizeOf(BsonDocument document) {
        BasicOutputBuffer buffer = new BasicOutputBuffer();
        try (BsonBinaryWriter writer = new BsonBinaryWriter(buffer)) {
            new BsonDocumentCodec().encode(writer, document, EncoderContext.builder().build());
        }
        return buffer.getSize();
    }
}
