package io.tidemark.restore.target;

import com.mongodb.MongoBulkWriteException;
import com.mongodb.bulk.BulkWriteError;
import com.mongodb.bulk.BulkWriteResult;
import com.mongodb.client.model.BulkWriteOptions;
import com.mongodb.client.model.DeleteOneModel;
import com.mongodb.client.model.InsertOneModel;
import com.mongodb.client.model.ReplaceOneModel;
import com.mongodb.client.model.ReplaceOptions;
import com.mongodb.client.model.WriteModel;
import io.tidemark.restore.replay.DocumentId;
import io.tidemark.restore.replay.DocumentWrite;
import io.tidemark.restore.replay.WriteOutcome;
import io.tidemark.schemas.model.Namespace;
import java.util.ArrayList;
import java.util.List;
import org.bson.RawBsonDocument;

/** Sends documents in bulk; the driver cuts bulks into messages that a server takes. */
final class BulkWrites {
    private static final int DUPLICATE_KEY = 11_000;
    private static final ReplaceOptions UPSERT = new ReplaceOptions().upsert(true);

    private static final BulkWriteOptions DELETES = new BulkWriteOptions().ordered(false);
    private static final BulkWriteOptions PUTS =
            new BulkWriteOptions().ordered(false).bypassDocumentValidation(true);
    private static final BulkWriteOptions PUTS_IN_ORDER =
            new BulkWriteOptions().ordered(true).bypassDocumentValidation(true);

    private final Commands commands;
    private final OddDocuments odd;

    BulkWrites(Commands commands) {
        this.commands = commands;
        this.odd = new OddDocuments(commands);
    }

    /** All deletes, then inserts of what is new, then replacements; each of them unordered. */
    WriteOutcome write(Namespace namespace, List<DocumentWrite> writes) {
        List<WriteModel<RawBsonDocument>> deletes = new ArrayList<>();
        List<DocumentWrite.Put> inserts = new ArrayList<>();
        List<DocumentWrite.Put> replacements = new ArrayList<>();
        List<DocumentWrite.Put> odds = new ArrayList<>();
        for (DocumentWrite write : writes) {
            if (write instanceof DocumentWrite.Put put) {
                List<DocumentWrite.Put> kind = put.isNew() ? inserts : replacements;
                (OddDocuments.isOdd(put.document()) ? odds : kind).add(put);
            } else {
                deletes.add(new DeleteOneModel<>(byId(write.id())));
            }
        }
        WriteOutcome outcome = send(namespace, deletes, DELETES);
        outcome = outcome.plus(insert(namespace, inserts, replacements));
        outcome = outcome.plus(replace(namespace, replacements));
        return outcome.plus(odd.put(namespace, odds));
    }

    /** One after the other, in messages of many; a message has either deletes or puts. */
    WriteOutcome writeInOrder(Namespace namespace, List<DocumentWrite> writes) {
        WriteOutcome outcome = WriteOutcome.NOTHING;
        List<WriteModel<RawBsonDocument>> run = new ArrayList<>();
        boolean deletes = false;
        for (DocumentWrite write : writes) {
            boolean delete = write instanceof DocumentWrite.Delete;
            if (delete != deletes) {
                outcome = outcome.plus(send(namespace, run, deletes ? DELETES : PUTS_IN_ORDER));
                run = new ArrayList<>();
                deletes = delete;
            }
            run.add(
                    write instanceof DocumentWrite.Put put
                            ? replacement(put)
                            : new DeleteOneModel<>(byId(write.id())));
        }
        return outcome.plus(send(namespace, run, deletes ? DELETES : PUTS_IN_ORDER));
    }

    private static WriteModel<RawBsonDocument> replacement(DocumentWrite.Put put) {
        return new ReplaceOneModel<>(byId(put.id()), put.document().toBson(), UPSERT);
    }

    /** Those that are there already become replacements. */
    private WriteOutcome insert(
            Namespace namespace,
            List<DocumentWrite.Put> puts,
            List<DocumentWrite.Put> replacements) {
        List<WriteModel<RawBsonDocument>> models = new ArrayList<>(puts.size());
        puts.forEach(put -> models.add(new InsertOneModel<>(put.document().toBson())));
        if (models.isEmpty()) {
            return WriteOutcome.NOTHING;
        }
        return commands.run(
                "insert into " + namespace,
                () -> {
                    try {
                        return outcome(bulk(namespace, models, PUTS));
                    } catch (MongoBulkWriteException e) {
                        for (BulkWriteError error : e.getWriteErrors()) {
                            if (error.getCode() != DUPLICATE_KEY) {
                                throw e;
                            }
                            replacements.add(puts.get(error.getIndex()));
                        }
                        if (e.getWriteConcernError() != null) {
                            throw e;
                        }
                        return outcome(e.getWriteResult());
                    }
                });
    }

    private WriteOutcome replace(Namespace namespace, List<DocumentWrite.Put> puts) {
        List<WriteModel<RawBsonDocument>> models = new ArrayList<>(puts.size());
        puts.forEach(put -> models.add(replacement(put)));
        return send(namespace, models, PUTS);
    }

    private WriteOutcome send(
            Namespace namespace, List<WriteModel<RawBsonDocument>> models, BulkWriteOptions how) {
        if (models.isEmpty()) {
            return WriteOutcome.NOTHING;
        }
        return commands.run("write to " + namespace, () -> outcome(bulk(namespace, models, how)));
    }

    private BulkWriteResult bulk(
            Namespace namespace, List<WriteModel<RawBsonDocument>> models, BulkWriteOptions how) {
        return commands.collection(namespace).bulkWrite(models, how);
    }

    private static WriteOutcome outcome(BulkWriteResult result) {
        return new WriteOutcome(
                result.getInsertedCount() + result.getUpserts().size(), result.getDeletedCount());
    }

    static RawBsonDocument byId(DocumentId id) {
        return id.asFilter().toBson();
    }
}
