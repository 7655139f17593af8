package io.tidemark.embedded.mongo.node;

import io.tidemark.embedded.mongo.CommandFailure;
import io.tidemark.embedded.mongo.ErrorCode;
import io.tidemark.embedded.mongo.raw.BsonBytes;
import io.tidemark.embedded.mongo.store.CollectionInfo;
import java.util.List;
import org.bson.BsonDocument;

/** A collection's validator, with its level and action (MongoDB manual, "Schema Validation"). */
final class Validation {
    private Validation() {}

    static void check(
            Engine engine, CollectionInfo collection, byte[] before, byte[] after, boolean bypass) {
        BsonDocument options = collection.options();
        if (bypass || !options.containsKey("validator")) {
            return;
        }
        BsonDocument validator = options.getDocument("validator");
        // A server builds its buckets itself; what it writes there always fits.
        boolean buckets = collection.collection().startsWith("system.buckets.");
        if (validator.isEmpty() || isOff(options) || buckets) {
            return;
        }
        Validator filter = Validator.of(validator);
        boolean moderate =
                options.containsKey("validationLevel")
                        && options.getString("validationLevel").getValue().equals("moderate");
        if (moderate && before != null && !filter.matches(BsonBytes.document(before))) {
            return;
        }
        if (!filter.matches(BsonBytes.document(after))) {
            throw new CommandFailure(
                    ErrorCode.DocumentValidationFailure,
                    "Document failed validation",
                    List.of(),
                    new BsonDocument(
                            "errInfo",
                            new BsonDocument(
                                    "failingDocumentId", BsonBytes.document(after).get("_id"))));
        }
    }

    /** Refuses a validator that is no filter. */
    static void requireValid(BsonDocument validator) {
        Validator.of(validator);
    }

    private static boolean isOff(BsonDocument options) {
        boolean off =
                options.containsKey("validationLevel")
                        && options.getString("validationLevel").getValue().equals("off");
        boolean warnOnly =
                options.containsKey("validationAction")
                        && options.getString("validationAction").getValue().equals("warn");
        return off || warnOnly;
    }
}
