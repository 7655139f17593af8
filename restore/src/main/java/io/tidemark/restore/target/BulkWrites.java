package io.tidemark.restore.target;

import com.mongodb.MongoBulkWriteException;
import com.mongodb.bulk.BulkWriteError;
import com.mongodb.client.model.BulkWriteOptions;
import com.mongodb.client.model.DeleteOneModel;
import com.mongodb.client.model.InsertOneModel;
import com.mongodb.client.model.ReplaceOneModel;
import com.mongodb.client.model.ReplaceOptions;
import com.mongodb.client.model.WriteModel;
import io.tidemark.restore.replay.DocumentId;
import io.tidemark.restore.replay.DocumentWrite;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.Namespace;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
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
    private final Reads reads;
    private final OddDocuments odd;

    BulkWrites(Commands commands, Reads reads) {
        this.commands = commands;
        this.reads = reads;
        this.odd = new OddDocuments(commands);
    }

    /**
     * All deletes, then inserts of what is new, then replacements; each of them unordered.
     *
     * @param displaced is handed what new documents found in their place
     */
    void write(
            Namespace namespace,
            List<DocumentWrite> writes,
            BiConsumer<DocumentId, RawDocument> displaced) {
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
        send(namespace, deletes, DELETES);
        List<DocumentWrite.Put> refused = insert(namespace, inserts);
        replacements.addAll(refused);
        Set<DocumentId> perhapsThere = new HashSet<>();
        refused.forEach(put -> perhapsThere.add(put.id()));
        odds.stream().filter(DocumentWrite.Put::isNew).forEach(put -> perhapsThere.add(put.id()));
        if (!perhapsThere.isEmpty()) {
            reads.find(namespace, perhapsThere, displaced);
        }
        replace(namespace, replacements);
        odd.put(namespace, odds);
    }

    /** The server says which ids are taken; what has them is left alone. */
    Set<DocumentId> insertAbsent(Namespace namespace, List<DocumentWrite.Put> documents) {
        List<DocumentWrite.Put> plain = new ArrayList<>();
        List<DocumentWrite.Put> odds = new ArrayList<>();
        documents.forEach(put -> (OddDocuments.isOdd(put.document()) ? odds : plain).add(put));
        Set<DocumentId> taken = new HashSet<>();
        insert(namespace, plain).forEach(put -> taken.add(put.id()));
        for (DocumentWrite.Put put : odds) {
            if (isTaken(namespace, put.id())) {
                taken.add(put.id());
            } else {
                odd.put(namespace, List.of(put));
            }
        }
        return taken;
    }

    private boolean isTaken(Namespace namespace, DocumentId id) {
        return commands.run(
                "look for a document of " + namespace,
                () -> commands.collection(namespace).find(byId(id)).first() != null);
    }

    /** One after the other, in messages of many; a message has either deletes or puts. */
    void writeInOrder(Namespace namespace, List<DocumentWrite> writes) {
        List<WriteModel<RawBsonDocument>> run = new ArrayList<>();
        boolean deletes = false;
        for (DocumentWrite write : writes) {
            boolean delete = write instanceof DocumentWrite.Delete;
            if (delete != deletes) {
                send(namespace, run, deletes ? DELETES : PUTS_IN_ORDER);
                run = new ArrayList<>();
                deletes = delete;
            }
            run.add(
                    write instanceof DocumentWrite.Put put
                            ? replacement(put)
                            : new DeleteOneModel<>(byId(write.id())));
        }
        send(namespace, run, deletes ? DELETES : PUTS_IN_ORDER);
    }

    private static WriteModel<RawBsonDocument> replacement(DocumentWrite.Put put) {
        return new ReplaceOneModel<>(byId(put.id()), put.document().toBson(), UPSERT);
    }

    /** Those that are there already come back. */
    private List<DocumentWrite.Put> insert(Namespace namespace, List<DocumentWrite.Put> puts) {
        List<DocumentWrite.Put> refused = new ArrayList<>();
        List<WriteModel<RawBsonDocument>> models = new ArrayList<>(puts.size());
        puts.forEach(put -> models.add(new InsertOneModel<>(put.document().toBson())));
        if (models.isEmpty()) {
            return refused;
        }
        return commands.run(
                "insert into " + namespace,
                () -> {
                    try {
                        commands.collection(namespace).bulkWrite(models, PUTS);
                    } catch (MongoBulkWriteException e) {
                        for (BulkWriteError error : e.getWriteErrors()) {
                            if (error.getCode() != DUPLICATE_KEY) {
                                throw e;
                            }
                            refused.add(puts.get(error.getIndex()));
                        }
                        if (e.getWriteConcernError() != null) {
                            throw e;
                        }
                    }
                    return refused;
                });
    }

    private void replace(Namespace namespace, List<DocumentWrite.Put> puts) {
        List<WriteModel<RawBsonDocument>> models = new ArrayList<>(puts.size());
        puts.forEach(put -> models.add(replacement(put)));
        send(namespace, models, PUTS);
    }

    private void send(
            Namespace namespace, List<WriteModel<RawBsonDocument>> models, BulkWriteOptions how) {
        if (!models.isEmpty()) {
            commands.run(
                    "write to " + namespace,
                    () -> commands.collection(namespace).bulkWrite(models, how));
        }
    }

    static RawBsonDocument byId(DocumentId id) {
        return id.asFilter().toBson();
    }
}
