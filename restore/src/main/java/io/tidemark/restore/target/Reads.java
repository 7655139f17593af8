package io.tidemark.restore.target;

import com.mongodb.client.MongoCursor;
import io.tidemark.restore.readahead.ReadAhead;
import io.tidemark.restore.replay.DocumentId;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.bson.RawDocumentBuilder;
import io.tidemark.schemas.model.Namespace;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.RawBsonDocument;

/** Reads documents as raw BSON. */
final class Reads {
    private final Commands commands;

    Reads(Commands commands) {
        this.commands = commands;
    }

    void find(
            Namespace namespace, Set<DocumentId> ids, BiConsumer<DocumentId, RawDocument> reader) {
        RawDocumentBuilder in = new RawDocumentBuilder(64 + 24 * ids.size());
        in.openDocument("_id").openArray("$in");
        int number = 0;
        for (DocumentId id : ids) {
            id.appendTo(in, Integer.toString(number++).getBytes(StandardCharsets.US_ASCII));
        }
        RawBsonDocument byId = RawDocument.of(in.close().close().build()).toBson();
        commands.run(
                "read documents of " + namespace,
                () -> {
                    for (RawBsonDocument document :
                            commands.collection(namespace).find(byId).batchSize(ids.size() + 1)) {
                        RawDocument raw = Bson.raw(document);
                        DocumentId id = DocumentId.ofDocument(raw);
                        // The server finds 1.0 where 1 was asked for; that is another document.
                        if (ids.contains(id)) {
                            reader.accept(id, raw);
                        }
                    }
                    return null;
                });
    }

    /** In the reverse of natural order, for as long as {@code reader} wants more. */
    void newestFirst(Namespace namespace, Predicate<RawDocument> reader) {
        BsonDocument newest = new BsonDocument("$natural", new BsonInt32(-1));
        commands.run(
                "read " + namespace,
                () -> {
                    try (MongoCursor<RawBsonDocument> all =
                            commands.collection(namespace).find().sort(newest).iterator()) {
                        boolean more = true;
                        while (more && all.hasNext()) {
                            more = reader.test(RawDocument.of(Bson.raw(all.next()).toBytes()));
                        }
                    }
                    return null;
                });
    }

    Optional<RawDocument> newest(Namespace namespace) {
        BsonDocument backwards = new BsonDocument("$natural", new BsonInt32(-1));
        return commands.run(
                "read the newest document of " + namespace,
                () ->
                        Optional.ofNullable(
                                        commands.collection(namespace)
                                                .find()
                                                .sort(backwards)
                                                .limit(1)
                                                .first())
                                .map(Bson::raw));
    }

    /** The server finds the next documents while {@code reader} is busy with these. */
    void scan(Namespace namespace, Consumer<RawDocument> reader) {
        BsonDocument natural = new BsonDocument("$natural", new BsonInt32(1));
        commands.run(
                "read collection " + namespace,
                () -> {
                    try (MongoCursor<RawBsonDocument> all =
                                    commands.collection(namespace).find().hint(natural).iterator();
                            ReadAhead<RawBsonDocument> ahead =
                                    ReadAhead.of("restore-scan", all, Reads::sizeBytes)) {
                        ahead.forEachRemaining(document -> reader.accept(Bson.raw(document)));
                    }
                    return null;
                });
    }

    private static int sizeBytes(RawBsonDocument document) {
        return document.getByteBuffer().remaining();
    }
}
