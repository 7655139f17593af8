package io.tidemark.embedded.mongo.node;

import io.tidemark.embedded.mongo.CommandFailure;
import io.tidemark.embedded.mongo.ErrorCode;
import io.tidemark.embedded.mongo.ServerVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.BsonValue;

/**
 * Options of {@code create} in the form and order a server keeps them (MongoDB manual, "create";
 * db/catalog/collection_options.cpp for the order).
 */
final class CreateOptions {
    private static final List<String> ORDER =
            List.of(
                    "capped",
                    "size",
                    "max",
                    "temp",
                    "changeStreamPreAndPostImages",
                    "recordPreImages",
                    "storageEngine",
                    "indexOptionDefaults",
                    "validator",
                    "validationLevel",
                    "validationAction",
                    "collation",
                    "viewOn",
                    "pipeline",
                    "idIndex",
                    "clusteredIndex",
                    "expireAfterSeconds",
                    "timeseries",
                    "encryptedFields");

    static final Set<String> FIELDS = Set.copyOf(withFlags());

    private CreateOptions() {}

    private static List<String> withFlags() {
        List<String> all = new ArrayList<>(ORDER);
        all.addAll(List.of("autoIndexId", "flags"));
        return all;
    }

    /** The options among a command's fields, checked and completed. */
    static BsonDocument of(BsonDocument command, ServerVersion version) {
        BsonDocument options = new BsonDocument();
        for (String name : ORDER) {
            if (command.containsKey(name) && !command.get(name).isNull()) {
                options.put(name, command.get(name));
            }
        }
        capped(options);
        if (options.containsKey("collation")) {
            BsonDocument collation = Collations.complete(options.getDocument("collation"));
            options.put("collation", collation);
            if (collation.isEmpty()) {
                options.remove("collation");
            }
        }
        if (options.containsKey("validator")) {
            Validation.requireValid(options.getDocument("validator"));
        }
        clustered(options, version);
        return ordered(options);
    }

    private static BsonDocument ordered(BsonDocument options) {
        BsonDocument sorted = new BsonDocument();
        ORDER.stream()
                .filter(options::containsKey)
                .forEach(name -> sorted.put(name, options.get(name)));
        return sorted;
    }

    private static void capped(BsonDocument options) {
        boolean capped = options.containsKey("capped") && Request.isTrue(options.get("capped"));
        if (!capped) {
            if (options.containsKey("size") || options.containsKey("max")) {
                throw invalid("the 'capped' field needs to be true when 'size' or 'max' is given");
            }
            options.remove("capped");
            return;
        }
        if (!options.containsKey("size")) {
            throw invalid("the 'size' field is required when 'capped' is true");
        }
        long size = Math.max(4096, options.getNumber("size").longValue());
        options.put("capped", BsonBoolean.TRUE);
        // Sizes are kept as multiples of 256.
        options.put("size", new BsonInt64((size + 255) / 256 * 256));
        if (options.containsKey("max")) {
            long max = options.getNumber("max").longValue();
            options.put("max", max == (int) max ? new BsonInt32((int) max) : new BsonInt64(max));
        }
    }

    private static void clustered(BsonDocument options, ServerVersion version) {
        BsonValue given = options.get("clusteredIndex");
        if (given == null || !given.isDocument()) {
            return;
        }
        if (!version.atLeast(ServerVersion.V6_0)) {
            throw new CommandFailure(
                    ErrorCode.InvalidOptions, "clusteredIndex is not supported by this version");
        }
        BsonDocument spec = given.asDocument();
        if (!spec.containsKey("unique") || !Request.isTrue(spec.get("unique"))) {
            throw new CommandFailure(
                    ErrorCode.BadValue, "The clusteredIndex option requires unique: true");
        }
        BsonDocument complete =
                new BsonDocument("v", new BsonInt32(2))
                        .append("key", spec.get("key"))
                        .append("name", spec.get("name", new BsonString("_id_")))
                        .append("unique", BsonBoolean.TRUE);
        options.put("clusteredIndex", complete);
    }

    static CommandFailure invalid(String message) {
        return new CommandFailure(ErrorCode.InvalidOptions, message);
    }
}
