package io.tidemark.restore.orphans;

import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.bson.RawDocumentBuilder;
import io.tidemark.schemas.bson.RawElement;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/** A shard key pattern, and a document's key under it. */
final class ShardKey {
    private record Field(String name, List<String> path, boolean hashed) {}

    private final List<Field> fields = new ArrayList<>();

    /**
     * @param pattern such as {@code {region: 1, user: "hashed"}}; paths may be dotted
     */
    ShardKey(RawDocument pattern) {
        for (RawElement field : pattern) {
            String name = field.name();
            boolean hashed = field.string().filter("hashed"::equals).isPresent();
            fields.add(new Field(name, List.of(name.split("\\.", -1)), hashed));
        }
    }

    /**
     * The key of a document, fields in the pattern's order, missing ones null. Empty for a document
     * that can't have one, as an array lies on the path.
     */
    Optional<RawDocument> of(RawDocument document) {
        RawDocumentBuilder key = new RawDocumentBuilder(64);
        for (Field field : fields) {
            Optional<RawElement> value = Optional.empty();
            RawDocument at = document;
            for (int i = 0; i < field.path().size() && at != null; i++) {
                String part = field.path().get(i);
                value = findUtf8(at, part);
                if (value.filter(RawElement::isArray).isPresent()) {
                    return Optional.empty();
                }
                boolean last = i == field.path().size() - 1;
                RawDocument inner = value.flatMap(RawElement::document).orElse(null);
                value = last ? value : Optional.empty();
                at = inner;
            }
            append(key, field, value);
        }
        return Optional.of(RawDocument.of(key.build()));
    }

    /** Compares keys, or bounds of chunks. */
    static int compare(RawDocument a, RawDocument b) {
        Iterator<RawElement> left = a.iterator();
        Iterator<RawElement> right = b.iterator();
        while (left.hasNext() && right.hasNext()) {
            int byField = ValueOrder.SIMPLE.compare(left.next(), right.next());
            if (byField != 0) {
                return byField;
            }
        }
        return Boolean.compare(left.hasNext(), right.hasNext());
    }

    private static void append(RawDocumentBuilder key, Field field, Optional<RawElement> value) {
        if (field.hashed()) {
            RawElement hashable = value.orElseGet(ShardKey::nullElement);
            key.appendInt64(field.name(), HashedKey.of(hashable));
        } else if (value.isPresent()) {
            key.append(field.name(), value.get());
        } else {
            key.appendNull(field.name());
        }
    }

    private static RawElement nullElement() {
        return RawDocument.of(new RawDocumentBuilder(16).appendNull("").build())
                .first()
                .orElseThrow();
    }

    private static Optional<RawElement> findUtf8(RawDocument document, String name) {
        for (RawElement field : document) {
            if (field.name().equals(name)) {
                return Optional.of(field);
            }
        }
        return Optional.empty();
    }
}
