package io.tidemark.embedded.mongo.sharding;

import io.tidemark.embedded.mongo.ServerError;
import io.tidemark.embedded.mongo.TransactionId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.bson.RawBsonDocument;

/**
 * A command as it reached the router.
 *
 * @param body first key is its name
 * @param sequences documents sent beside the body
 * @param mayWait whether a write into a critical section may wait for its end; else it is refused
 */
record RoutedCommand(
        String database, BsonDocument body, Map<String, List<byte[]>> sequences, boolean mayWait) {
    /** Fields that go along to every shard. */
    private static final Set<String> PASSED_ON =
            Set.of(
                    "lsid",
                    "txnNumber",
                    "writeConcern",
                    "readConcern",
                    "bypassDocumentValidation",
                    "maxTimeMS",
                    "comment",
                    "let");

    String name() {
        return body.getFirstKey();
    }

    String namespace() {
        BsonValue collection = body.get(name());
        if (!collection.isString() || collection.asString().getValue().isEmpty()) {
            throw new ServerError(
                    73, "InvalidNamespace", "Invalid namespace specified '" + database + ".'");
        }
        return database + "." + collection.asString().getValue();
    }

    String collection() {
        return body.getString(name()).getValue();
    }

    boolean flag(String field, boolean otherwise) {
        BsonValue value = body.get(field);
        if (value == null || value.isNull()) {
            return otherwise;
        }
        return value.isBoolean()
                ? value.asBoolean().getValue()
                : value.isNumber() && value.asNumber().doubleValue() != 0;
    }

    int number(String field, int otherwise) {
        BsonValue value = body.get(field);
        return value == null || !value.isNumber()
                ? otherwise
                : (int) Math.min(Integer.MAX_VALUE, value.asNumber().longValue());
    }

    BsonDocument document(String field) {
        BsonValue value = body.get(field);
        return value == null || !value.isDocument() ? new BsonDocument() : value.asDocument();
    }

    /** Documents of a sequence or of an array in the body. */
    List<BsonDocument> documents(String field) {
        List<BsonDocument> found = new ArrayList<>();
        List<byte[]> sent = sequences.get(field);
        if (sent != null) {
            sent.forEach(bytes -> found.add(new RawBsonDocument(bytes)));
        } else if (body.get(field) instanceof BsonArray array) {
            array.forEach(element -> found.add(element.asDocument()));
        } else {
            throw ServerError.location(
                    40414,
                    "BSON field '" + name() + "." + field + "' is missing but a required field");
        }
        return found;
    }

    boolean inTransaction() {
        return body.containsKey("autocommit");
    }

    Optional<TransactionId> transactionId() {
        if (!body.containsKey("lsid") || !body.containsKey("txnNumber")) {
            return Optional.empty();
        }
        return Optional.of(
                new TransactionId(
                        Bson.session(body.getDocument("lsid")),
                        body.getNumber("txnNumber").longValue()));
    }

    /** Whether it is a retryable write: a session and a number, but no transaction. */
    boolean retryable() {
        return !inTransaction() && transactionId().isPresent();
    }

    /** A command for a shard with the fields that go along. */
    BsonDocument forShard(BsonDocument command) {
        if (inTransaction()) {
            return command;
        }
        body.forEach(
                (field, value) -> {
                    if (PASSED_ON.contains(field)) {
                        command.append(field, value);
                    }
                });
        return command;
    }
}
