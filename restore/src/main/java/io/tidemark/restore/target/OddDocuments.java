package io.tidemark.restore.target;

import com.mongodb.MongoCommandException;
import io.tidemark.restore.RestoreException;
import io.tidemark.restore.replay.DocumentWrite;
import io.tidemark.schemas.bson.FieldWalk;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.Namespace;
import java.util.List;
import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.bson.RawBsonDocument;

/**
 * Documents that an ordinary replacement would refuse or change: top-level names that begin with
 * {@code $} or hold a dot, and top-level {@code Timestamp(0, 0)}, which a server replaces by its
 * own time. They are rare, and go one by one: removed, then put by {@code applyOps}, which takes
 * documents as they are, or by an insert that is told to.
 */
final class OddDocuments {
    private static final byte TIMESTAMP = 0x11;

    private final Commands commands;
    private volatile boolean hasApplyOps = true;
    private volatile boolean keepsTimestamps = true;

    OddDocuments(Commands commands) {
        this.commands = commands;
    }

    static boolean isOdd(RawDocument document) {
        FieldWalk walk = document.walk();
        while (walk.next()) {
            if (hasOddName(document.array(), walk) || isZeroTime(document.array(), walk)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isZeroTime(byte[] bytes, FieldWalk field) {
        return bytes[field.start()] == TIMESTAMP
                && field.element().timestamp().orElse(1) == 0
                && !field.isNamed("_id");
    }

    private static boolean hasOddName(byte[] bytes, FieldWalk field) {
        int name = field.start() + 1;
        int end = name + field.nameLength();
        boolean odd = bytes[name] == '$';
        for (int i = name; i < end && !odd; i++) {
            odd = bytes[i] == '.';
        }
        return odd;
    }

    void put(Namespace namespace, List<DocumentWrite.Put> puts) {
        puts.forEach(put -> put(namespace, put));
    }

    private void put(Namespace namespace, DocumentWrite.Put put) {
        commands.run(
                "write an unusual document to " + namespace,
                () -> {
                    commands.collection(namespace).deleteOne(BulkWrites.byId(put.id()));
                    RawBsonDocument document = put.document().toBson();
                    if (!applied(namespace, document)) {
                        insert(namespace, document);
                    }
                    return null;
                });
    }

    private boolean applied(Namespace namespace, RawBsonDocument document) {
        if (!hasApplyOps) {
            return false;
        }
        BsonDocument operation =
                new BsonDocument("op", new BsonString("i"))
                        .append("ns", new BsonString(namespace.toString()))
                        .append("o", document);
        BsonDocument command =
                new BsonDocument("applyOps", new BsonArray(List.of(operation)))
                        .append("bypassDocumentValidation", BsonBoolean.TRUE);
        try {
            commands.write("admin", command);
            return true;
        } catch (MongoCommandException e) {
            hasApplyOps = false;
            return false;
        }
    }

    private void insert(Namespace namespace, RawBsonDocument document) {
        BsonDocument command =
                new BsonDocument("insert", new BsonString(namespace.collection()))
                        .append("documents", new BsonArray(List.of(document)))
                        .append("bypassDocumentValidation", BsonBoolean.TRUE);
        if (keepsTimestamps) {
            // Servers since 2024 know it; older ones refuse unknown fields.
            command.append("bypassEmptyTsReplacement", BsonBoolean.TRUE);
        }
        try {
            requireWritten(commands.write(namespace.database(), command));
        } catch (MongoCommandException e) {
            if (!keepsTimestamps) {
                throw e;
            }
            keepsTimestamps = false;
            insert(namespace, document);
        }
    }

    private static void requireWritten(BsonDocument reply) {
        boolean written = reply.getNumber("n", new BsonInt32(0)).intValue() == 1;
        if (!written) {
            throw RestoreException.TargetRefused.ofCommand(
                    "A document was refused: " + reply.get("writeErrors"), null);
        }
    }
}
