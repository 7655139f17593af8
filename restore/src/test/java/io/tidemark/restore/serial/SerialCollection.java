package io.tidemark.restore.serial;

import java.math.BigDecimal;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.bson.BsonDocument;
import org.bson.BsonValue;

/** A collection as the entries up to now have made it. */
public final class SerialCollection {
    private final UUID uuid;
    private final BsonDocument options = new BsonDocument();
    private final Map<String, BsonDocument> indexes = new LinkedHashMap<>();
    private final Map<Object, BsonDocument> documents = new LinkedHashMap<>();
    String namespace;

    SerialCollection(UUID uuid, String namespace, BsonDocument options) {
        this.uuid = uuid;
        this.namespace = namespace;
        this.options.putAll(options);
    }

    public UUID uuid() {
        return uuid;
    }

    public String namespace() {
        return namespace;
    }

    public BsonDocument options() {
        return options;
    }

    /** By name, without that of {@code _id}. */
    public Map<String, BsonDocument> indexes() {
        return indexes;
    }

    /** In the order in which they came. */
    public Collection<BsonDocument> documents() {
        return documents.values();
    }

    void put(BsonDocument document) {
        documents.put(key(document.get("_id")), document);
    }

    void delete(BsonValue id) {
        documents.remove(key(id));
    }

    void update(BsonValue id, BsonDocument o) {
        BsonDocument before = documents.getOrDefault(key(id), new BsonDocument("_id", id));
        documents.put(key(id), SerialUpdate.apply(before, o));
    }

    void empty() {
        documents.clear();
    }

    void addIndex(BsonDocument specification) {
        String name = specification.getString("name").getValue();
        boolean clustered = specification.containsKey("clustered");
        if (!name.equals("_id_") && !clustered) {
            BsonDocument cleaned = specification.clone();
            cleaned.remove("createIndexes");
            cleaned.remove("ns");
            cleaned.remove("background");
            indexes.put(name, cleaned);
        }
    }

    void dropIndex(String name) {
        if (name.equals("*")) {
            indexes.clear();
        } else {
            indexes.remove(name);
        }
    }

    void modifyIndex(BsonDocument change) {
        BsonDocument index = indexes.get(change.getString("name").getValue());
        if (index != null) {
            change.forEach(
                    (field, value) -> {
                        boolean off = value.isBoolean() && !value.asBoolean().getValue();
                        if (off) {
                            index.remove(field);
                        } else if (!field.equals("name")) {
                            index.put(field, value);
                        }
                    });
        }
    }

    /** To a server 1, 1.0 and a decimal 1 are one id. */
    private static Object key(BsonValue id) {
        if (!id.isNumber()) {
            return id;
        }
        return id.isDecimal128()
                ? id.asDecimal128().getValue().bigDecimalValue().stripTrailingZeros()
                : id.isDouble()
                        ? new BigDecimal(id.asDouble().getValue()).stripTrailingZeros()
                        : BigDecimal.valueOf(id.asNumber().longValue()).stripTrailingZeros();
    }
}
