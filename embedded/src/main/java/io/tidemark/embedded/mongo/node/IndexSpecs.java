package io.tidemark.embedded.mongo.node;

import io.tidemark.embedded.mongo.CommandFailure;
import io.tidemark.embedded.mongo.ErrorCode;
import io.tidemark.embedded.mongo.store.CollectionInfo;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.BsonValue;

/** Index specifications: what is refused, and the form in which they are kept. */
final class IndexSpecs {
    private static final Set<String> FIELDS =
            Set.of(
                    "v",
                    "key",
                    "name",
                    "ns",
                    "background",
                    "unique",
                    "partialFilterExpression",
                    "sparse",
                    "expireAfterSeconds",
                    "hidden",
                    "storageEngine",
                    "weights",
                    "default_language",
                    "language_override",
                    "textIndexVersion",
                    "2dsphereIndexVersion",
                    "bits",
                    "min",
                    "max",
                    "bucketSize",
                    "collation",
                    "wildcardProjection",
                    "clustered",
                    "prepareUnique",
                    "dropDups",
                    "originalSpec");
    private static final Set<String> KINDS =
            Set.of("text", "2d", "2dsphere", "hashed", "geoHaystack", "wildcard");

    private IndexSpecs() {}

    /** The specification as stored: {@code v, key, name} first, the rest as given. */
    static BsonDocument complete(BsonDocument given, CollectionInfo collection) {
        for (String field : given.keySet()) {
            if (!FIELDS.contains(field)) {
                throw new CommandFailure(
                        ErrorCode.InvalidIndexSpecificationOption,
                        "The field '" + field + "' is not valid for an index specification");
            }
        }
        BsonDocument key = given.getDocument("key", new BsonDocument());
        requireKey(key);
        if (!given.containsKey("name") || !given.get("name").isString()) {
            throw new CommandFailure(
                    ErrorCode.FailedToParse,
                    "The 'name' field is a required property of an index specification");
        }
        BsonDocument spec = new BsonDocument();
        spec.put("v", given.get("v", new BsonInt32(2)));
        boolean text = key.containsValue(new BsonString("text"));
        spec.put("key", text ? textKey(key) : key);
        spec.put("name", given.get("name"));
        given.forEach(spec::putIfAbsent);
        spec.remove("ns");
        spec.remove("dropDups");
        if (text) {
            textDefaults(spec, key);
        }
        if (key.containsValue(new BsonString("2dsphere"))) {
            spec.putIfAbsent("2dsphereIndexVersion", new BsonInt32(3));
        }
        collation(spec, collection);
        return spec;
    }

    private static void collation(BsonDocument spec, CollectionInfo collection) {
        if (spec.containsKey("collation")) {
            BsonDocument whole = Collations.complete(spec.getDocument("collation"));
            spec.remove("collation");
            if (!whole.isEmpty()) {
                spec.put("collation", whole);
            }
        } else if (collection.options().containsKey("collation")) {
            spec.put("collation", collection.options().get("collation"));
        }
    }

    private static void requireKey(BsonDocument key) {
        if (key.isEmpty()) {
            throw new CommandFailure(ErrorCode.CannotCreateIndex, "Index keys cannot be empty.");
        }
        for (var field : key.entrySet()) {
            BsonValue value = field.getValue();
            boolean kind = value.isString() && KINDS.contains(value.asString().getValue());
            boolean direction = value.isNumber() && value.asNumber().doubleValue() != 0;
            if (!kind && !direction) {
                throw new CommandFailure(
                        ErrorCode.CannotCreateIndex,
                        "Values in v:2 index key pattern cannot be of type "
                                + Request.typeName(value)
                                + ". Only numbers > 0, numbers < 0, and strings are allowed.");
            }
            if (field.getKey().isEmpty()) {
                throw new CommandFailure(
                        ErrorCode.CannotCreateIndex, "Index keys cannot be an empty field.");
            }
        }
    }

    private static BsonDocument textKey(BsonDocument key) {
        BsonDocument kept = new BsonDocument();
        for (var field : key.entrySet()) {
            if (!field.getValue().equals(new BsonString("text"))) {
                kept.put(field.getKey(), field.getValue());
            } else if (!kept.containsKey("_fts")) {
                kept.append("_fts", new BsonString("text")).append("_ftsx", new BsonInt32(1));
            }
        }
        return kept;
    }

    private static void textDefaults(BsonDocument spec, BsonDocument key) {
        BsonDocument weights = Documents.mutable(spec.getDocument("weights", new BsonDocument()));
        for (var field : key.entrySet()) {
            if (field.getValue().equals(new BsonString("text")) && !field.getKey().equals("_fts")) {
                weights.putIfAbsent(field.getKey(), new BsonInt32(1));
            }
        }
        spec.put("weights", weights);
        spec.putIfAbsent("default_language", new BsonString("english"));
        spec.putIfAbsent("language_override", new BsonString("language"));
        spec.putIfAbsent("textIndexVersion", new BsonInt32(3));
    }

    /** The index that already does what a specification asks for; a contradiction is refused. */
    static Optional<BsonDocument> existing(CollectionInfo collection, BsonDocument spec) {
        for (BsonDocument known : collection.indexes()) {
            boolean sameName = known.get("name").equals(spec.get("name"));
            boolean sameKey =
                    known.get("key").equals(spec.get("key"))
                            && Objects.equals(known.get("collation"), spec.get("collation"))
                            && Objects.equals(
                                    known.get("partialFilterExpression"),
                                    spec.get("partialFilterExpression"));
            if (sameName && sameKey && sameOptions(known, spec)) {
                return Optional.of(known);
            }
            if (sameName) {
                throw new CommandFailure(
                        ErrorCode.IndexKeySpecsConflict,
                        "An existing index has the same name as the requested index. Requested"
                                + " index: "
                                + spec.toJson()
                                + ", existing index: "
                                + known.toJson());
            }
            if (sameKey) {
                if (spec.getDocument("key").equals(Creation.idIndex().get("key"))) {
                    return Optional.of(known);
                }
                throw new CommandFailure(
                        ErrorCode.IndexOptionsConflict,
                        "Index already exists with a different name: "
                                + known.getString("name").getValue());
            }
        }
        return Optional.empty();
    }

    private static boolean sameOptions(BsonDocument known, BsonDocument spec) {
        for (String option : new String[] {"unique", "sparse", "expireAfterSeconds"}) {
            if (!normal(known.get(option)).equals(normal(spec.get(option)))) {
                return false;
            }
        }
        return true;
    }

    private static BsonValue normal(BsonValue option) {
        if (option == null) {
            return BsonBoolean.FALSE;
        }
        return option.isNumber() ? new BsonInt64(option.asNumber().longValue()) : option;
    }
}
