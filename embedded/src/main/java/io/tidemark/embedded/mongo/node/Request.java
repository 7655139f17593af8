package io.tidemark.embedded.mongo.node;

import io.tidemark.embedded.mongo.CommandFailure;
import io.tidemark.embedded.mongo.ErrorCode;
import io.tidemark.embedded.mongo.TransactionId;
import io.tidemark.embedded.mongo.raw.BsonBytes;
import io.tidemark.embedded.mongo.store.CollectionInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.bson.BsonBinarySubType;
import org.bson.BsonDocument;
import org.bson.BsonValue;

/**
 * One command as it came in.
 *
 * @param member index of the member asked
 * @param name first key of the body
 * @param sequences documents sent beside the body, by the field they belong to
 * @param deadlineNanos {@link System#nanoTime()} after which it must fail; {@link Long#MAX_VALUE}
 *     if it has no limit
 */
record Request(
        Node node,
        int member,
        Connection connection,
        String database,
        String name,
        BsonDocument body,
        Map<String, List<byte[]>> sequences,
        long deadlineNanos) {

    Engine engine() {
        return node.engine();
    }

    /** The collection the command names in its first field. */
    String namespace() {
        BsonValue target = body.get(name);
        if (!target.isString()) {
            throw new CommandFailure(
                    ErrorCode.InvalidNamespace,
                    "collection name has invalid type " + typeName(target));
        }
        String collection = target.asString().getValue();
        if (collection.isEmpty()) {
            throw Namespaces.invalid("Invalid namespace specified '" + database + ".'");
        }
        return database + "." + collection;
    }

    /**
     * As {@link #namespace}, or the present name of the collection whose UUID stands there.
     *
     * @throws CommandFailure NamespaceNotFound if no collection has that UUID
     */
    String namespaceOrUuid() {
        BsonValue target = body.get(name);
        boolean uuid =
                target.isBinary()
                        && target.asBinary().getType()
                                == BsonBinarySubType.UUID_STANDARD.getValue();
        if (!uuid) {
            return namespace();
        }
        UUID wanted = target.asBinary().asUuid();
        CollectionInfo found = engine().catalog.current().with(wanted);
        if (found == null || !found.database().equals(database)) {
            throw new CommandFailure(ErrorCode.NamespaceNotFound, "Unable to resolve " + wanted);
        }
        return found.namespace();
    }

    static String typeName(BsonValue value) {
        return value.getBsonType().name().toLowerCase(Locale.ROOT);
    }

    BsonDocument document(String field) {
        BsonValue value = body.get(field);
        if (value == null || value.isNull()) {
            return new BsonDocument();
        }
        if (!value.isDocument()) {
            throw mistyped(field, value, "object");
        }
        return value.asDocument();
    }

    BsonDocument requiredDocument(String field) {
        if (!body.containsKey(field)) {
            throw new CommandFailure(
                    ErrorCode.MissingField,
                    "BSON field '" + name + "." + field + "' is missing but a required field");
        }
        return document(field);
    }

    private CommandFailure mistyped(String field, BsonValue value, String wanted) {
        return new CommandFailure(
                ErrorCode.TypeMismatch,
                "BSON field '"
                        + name
                        + "."
                        + field
                        + "' is the wrong type '"
                        + typeName(value)
                        + "', expected type '"
                        + wanted
                        + "'");
    }

    boolean flag(String field) {
        BsonValue value = body.get(field);
        return value != null && isTrue(value);
    }

    boolean flag(String field, boolean otherwise) {
        BsonValue value = body.get(field);
        return value == null ? otherwise : isTrue(value);
    }

    static boolean isTrue(BsonValue value) {
        if (value.isBoolean()) {
            return value.asBoolean().getValue();
        }
        return value.isNumber() ? value.asNumber().doubleValue() != 0 : !value.isNull();
    }

    long number(String field, long otherwise) {
        BsonValue value = body.get(field);
        if (value == null || value.isNull()) {
            return otherwise;
        }
        if (!value.isNumber()) {
            throw mistyped(field, value, "number");
        }
        return value.asNumber().longValue();
    }

    String string(String field) {
        BsonValue value = body.get(field);
        if (value == null || !value.isString()) {
            throw new CommandFailure(
                    ErrorCode.TypeMismatch,
                    "BSON field '" + name + "." + field + "' must be a string");
        }
        return value.asString().getValue();
    }

    /** Documents of a sequence, or of an array in the body. */
    List<byte[]> documents(String field) {
        List<byte[]> sent = sequences.get(field);
        if (sent != null) {
            return sent;
        }
        BsonValue value = body.get(field);
        if (value == null || !value.isArray()) {
            throw new CommandFailure(
                    ErrorCode.MissingField,
                    "BSON field '" + name + "." + field + "' is missing but a required field");
        }
        List<byte[]> found = new ArrayList<>();
        for (BsonValue element : value.asArray()) {
            if (!element.isDocument()) {
                throw mistyped(field, element, "object");
            }
            found.add(BsonBytes.of(element.asDocument()));
        }
        return found;
    }

    Optional<TransactionId> sessionAndNumber() {
        if (!body.containsKey("lsid") || !body.containsKey("txnNumber")) {
            return Optional.empty();
        }
        return Optional.of(
                new TransactionId(
                        Sessions.complete(body.getDocument("lsid")),
                        body.getNumber("txnNumber").longValue()));
    }

    /** Whether the command belongs to a multi-document transaction. */
    boolean inTransaction() {
        return body.containsKey("autocommit");
    }

    /** The transaction this command belongs to; begun here if the command says so. */
    Optional<Transaction> transaction() {
        if (!inTransaction()) {
            return Optional.empty();
        }
        TransactionId id =
                sessionAndNumber()
                        .orElseThrow(
                                () ->
                                        new CommandFailure(
                                                ErrorCode.InvalidOptions,
                                                "'autocommit' field requires a transaction number"
                                                        + " to also be specified"));
        Transaction found =
                flag("startTransaction")
                        ? engine().transactions.begin(id)
                        : engine().transactions.current(id);
        return Optional.of(found);
    }

    long remainingMillis() {
        return deadlineNanos == Long.MAX_VALUE
                ? Long.MAX_VALUE
                : TimeUnit.NANOSECONDS.toMillis(deadlineNanos - System.nanoTime());
    }

    /** Fails if the command's time limit is over. */
    void requireTime() {
        if (remainingMillis() <= 0) {
            throw new CommandFailure(ErrorCode.MaxTimeMSExpired, "operation exceeded time limit");
        }
    }
}
