package io.tidemark.restore.replay;

import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.bson.RawDocumentBuilder;
import io.tidemark.schemas.bson.RawElement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Specifications of one collection's indexes, edited by the index commands of the oplog; nothing is
 * built during replay, because a fuzzy state may break unique keys that the final one keeps.
 */
public final class IndexCatalogue {
    private static final String ID_INDEX = "_id_";
    private final Map<String, RawDocument> byName = new LinkedHashMap<>();

    /** Adds an index, or replaces the one of that name; the index of {@code _id} is not kept. */
    public void add(RawDocument specification) {
        String name = specification.string("name").orElse("");
        boolean ofId = name.equals(ID_INDEX) || isIdKey(specification);
        boolean clustered = specification.find("clustered").filter(RawElement::isTrue).isPresent();
        if (!name.isEmpty() && !ofId && !clustered) {
            byName.put(name, cleaned(specification));
        }
    }

    /** Removes an index by name; {@code *} removes all. */
    public void remove(String name) {
        if (name.equals("*")) {
            byName.clear();
        } else {
            byName.remove(name);
        }
    }

    /** Removes the index with this key pattern. */
    public void remove(RawDocument key) {
        byName.values().removeIf(spec -> spec.document("key").filter(key::equals).isPresent());
    }

    /**
     * Applies the {@code index} part of a {@code collMod}: {@code {name | keyPattern,
     * expireAfterSeconds?, hidden?, unique?, prepareUnique?, forceNonUnique?}}.
     */
    public void modify(RawDocument change) {
        Optional<RawDocument> named =
                change.string("name")
                        .map(byName::get)
                        .or(() -> byKey(change.document("key")))
                        .or(() -> byKey(change.document("keyPattern")));
        named.ifPresent(old -> byName.put(old.string("name").orElseThrow(), modified(old, change)));
    }

    /** In the order of their creation. */
    public List<RawDocument> specifications() {
        return List.copyOf(byName.values());
    }

    private Optional<RawDocument> byKey(Optional<RawDocument> key) {
        return byName.values().stream()
                .filter(spec -> key.isPresent() && spec.document("key").equals(key))
                .findFirst();
    }

    private static RawDocument modified(RawDocument old, RawDocument change) {
        RawDocumentBuilder changed = new RawDocumentBuilder(old.sizeBytes() + 64);
        boolean forced = change.find("forceNonUnique").filter(RawElement::isTrue).isPresent();
        for (RawElement field : old) {
            boolean overwritten = isOption(field) && change.has(field.name());
            boolean noLonger = forced && field.isNamed("unique");
            if (!overwritten && !noLonger) {
                changed.append(field);
            }
        }
        for (RawElement field : change) {
            boolean off = field.isNamed("hidden") || field.isNamed("prepareUnique");
            if (isOption(field) && !(off && !field.isTrue())) {
                changed.append(field);
            }
        }
        return RawDocument.of(changed.build());
    }

    private static boolean isOption(RawElement field) {
        return field.isNamed("expireAfterSeconds")
                || field.isNamed("hidden")
                || field.isNamed("unique")
                || field.isNamed("prepareUnique");
    }

    /** Servers up to 4.2 add the namespace, which newer ones refuse. */
    private static RawDocument cleaned(RawDocument specification) {
        RawDocumentBuilder cleaned = new RawDocumentBuilder(specification.sizeBytes());
        for (RawElement field : specification) {
            boolean old = field.isNamed("ns") || field.isNamed("background");
            if (!old && !field.isNamed("createIndexes")) {
                cleaned.append(field);
            }
        }
        return RawDocument.of(cleaned.build());
    }

    private static boolean isIdKey(RawDocument specification) {
        Optional<RawDocument> key = specification.document("key");
        RawElement first = key.flatMap(RawDocument::first).orElse(null);
        boolean alone = first != null && first.isNamed("_id") && first.number().orElse(0) == 1;
        return alone && key.get().sizeBytes() == first.valueSizeBytes() + 10;
    }
}
