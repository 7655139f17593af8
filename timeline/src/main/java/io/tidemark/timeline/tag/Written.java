package io.tidemark.timeline.tag;

import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.bson.RawDocumentBuilder;
import io.tidemark.schemas.bson.RawElement;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One write of a document, inside or outside a transaction, whatever its format: the fields that it
 * sets and removes at the document's top level.
 */
final class Written {
    private static final RawDocument NOTHING = RawDocument.of(new RawDocumentBuilder(16).build());
    private final String op;
    private final RawDocument o;
    private final Optional<RawDocument> o2;

    Written(String op, RawDocument o, Optional<RawDocument> o2) {
        this.op = op;
        this.o = o;
        this.o2 = o2;
    }

    /** The document {}. */
    static RawDocument nothing() {
        return NOTHING;
    }

    boolean inserts() {
        return op.equals("i");
    }

    boolean updates() {
        return op.equals("u");
    }

    boolean deletes() {
        return op.equals("d");
    }

    /** True if every field of the document is known: an insert or a replacement. */
    boolean isWhole() {
        return inserts() || updates() && o.has("_id");
    }

    Optional<RawElement> id() {
        return updates()
                ? o2.flatMap(key -> key.find("_id")).or(() -> o.find("_id"))
                : o.find("_id");
    }

    String idText() {
        return id().flatMap(RawElement::string).orElse("");
    }

    /** The field's new value; empty where this write doesn't set it. */
    Optional<RawElement> field(String name) {
        if (deletes()) {
            return Optional.empty();
        }
        if (isWhole()) {
            return o.find(name);
        }
        if (isDiff()) {
            RawDocument diff = o.document("diff").orElse(NOTHING);
            return diff.document("u")
                    .flatMap(fields -> fields.find(name))
                    .or(() -> diff.document("i").flatMap(fields -> fields.find(name)));
        }
        return o.document("$set").flatMap(fields -> fields.find(name));
    }

    String text(String name) {
        return field(name).flatMap(RawElement::string).orElse("");
    }

    /** True if the field is certainly absent afterwards. */
    boolean lacks(String name) {
        if (deletes()) {
            return true;
        }
        if (isWhole()) {
            return !o.has(name);
        }
        Optional<RawDocument> removed =
                isDiff()
                        ? o.document("diff").flatMap(diff -> diff.document("d"))
                        : o.document("$unset");
        return removed.filter(fields -> fields.has(name)).isPresent();
    }

    /** The whole document, where this write holds it. */
    Optional<RawDocument> document() {
        return isWhole() ? Optional.of(o) : Optional.empty();
    }

    private boolean isDiff() {
        OptionalLong version = o.find("$v").map(RawElement::number).orElse(OptionalLong.empty());
        return version.orElse(1) == 2;
    }
}
