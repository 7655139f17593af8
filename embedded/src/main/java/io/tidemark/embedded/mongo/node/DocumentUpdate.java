package io.tidemark.embedded.mongo.node;

import io.tidemark.embedded.mongo.CommandFailure;
import io.tidemark.embedded.mongo.ErrorCode;
import io.tidemark.embedded.mongo.query.Filter;
import io.tidemark.embedded.mongo.raw.BsonBytes;
import io.tidemark.embedded.mongo.raw.RawBuilder;
import io.tidemark.embedded.mongo.store.CollectionInfo;
import io.tidemark.embedded.mongo.store.IdKey;
import io.tidemark.embedded.mongo.update.LogFormat;
import io.tidemark.embedded.mongo.update.Update;
import io.tidemark.embedded.mongo.update.UpdateContext;
import io.tidemark.embedded.mongo.update.UpdateResult;
import io.tidemark.embedded.mongo.update.UpsertSeed;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonTimestamp;

/** A compiled update, turned into changes of stored documents. */
final class DocumentUpdate {
    private final Engine engine;
    private final Update update;
    // The replacement's own bytes if they can be stored as they are, else null.
    private final byte[] plainReplacement;

    private DocumentUpdate(Engine engine, Update update, byte[] plainReplacement) {
        this.engine = engine;
        this.update = update;
        this.plainReplacement = plainReplacement;
    }

    static DocumentUpdate compile(Engine engine, UpdateSpec spec) {
        if (spec.multi() && isReplacement(spec)) {
            throw new CommandFailure(
                    ErrorCode.FailedToParse,
                    "multi update is not supported for replacement-style update");
        }
        byte[] plain = isReplacement(spec) ? plain(BsonBytes.of(spec.update().asDocument())) : null;
        if (plain != null && spec.arrayFilters().isEmpty()) {
            return new DocumentUpdate(engine, null, plain);
        }
        LogFormat format = engine.version().logsDeltas() ? LogFormat.DIFF : LogFormat.MODIFIERS;
        return new DocumentUpdate(
                engine, Update.compile(spec.update(), spec.arrayFilters(), format), null);
    }

    private static boolean isReplacement(UpdateSpec spec) {
        if (!spec.update().isDocument()) {
            return false;
        }
        BsonDocument document = spec.update().asDocument();
        return document.isEmpty() || !document.getFirstKey().startsWith("$");
    }

    /** The bytes unless they hold names or values that need care. */
    static byte[] plain(byte[] document) {
        for (int at = 4; document[at] != 0; ) {
            int value = BsonBytes.valueOffset(document, at);
            boolean emptyTime = document[at] == 17 && BsonBytes.int64(document, value) == 0;
            boolean idLater = at != 4 && BsonBytes.isNamed(document, at, value, "_id");
            if (document[at + 1] == '$' || emptyTime || idLater) {
                return null;
            }
            at = value + BsonBytes.valueLength(document[at], document, value);
        }
        return document;
    }

    /** An update that puts these bytes in place of a document; they must be plain. */
    static DocumentUpdate replacing(Engine engine, byte[] replacement) {
        return new DocumentUpdate(engine, null, replacement);
    }

    /** The change an update makes to a document, or null if it makes none. */
    Change change(
            CollectionInfo collection,
            IdKey key,
            byte[] before,
            Query query,
            StatementOptions options) {
        byte[] after;
        byte[] o;
        if (plainReplacement != null) {
            after = replaced(before);
            o = after;
            if (Arrays.equals(before, after)) {
                return null;
            }
        } else {
            BsonDocument pre = BsonBytes.document(before);
            UpdateResult result = update.apply(pre, context(query.filter(), pre));
            if (!result.changed()) {
                return null;
            }
            after = BsonBytes.of(result.post());
            o = BsonBytes.of(result.log().orElseThrow());
        }
        Documents.requireSize(after);
        byte[] o2 = Documents.key(engine, collection, before);
        return new Change(
                "u",
                collection,
                key,
                before,
                after,
                o,
                o2,
                options.statement(),
                options.fromMigrate(),
                options.image());
    }

    private UpdateContext context(Filter filter, BsonDocument pre) {
        OptionalInt index =
                filter.match(pre).map(Filter.Match::arrayIndex).orElse(OptionalInt.empty());
        return new UpdateContext(now(), time(), index, false);
    }

    private BsonDateTime now() {
        return new BsonDateTime(engine.clock.wallMillis());
    }

    private BsonTimestamp time() {
        return new BsonTimestamp(engine.clock.now());
    }

    /** The stored document's {@code _id} followed by the replacement's other fields. */
    private byte[] replaced(byte[] before) {
        int id = BsonBytes.find(before, "_id");
        int idEnd = end(before, id);
        int given = BsonBytes.find(plainReplacement, "_id");
        if (given < 0) {
            return joined(before, id, idEnd, 4);
        }
        int givenEnd = end(plainReplacement, given);
        if (Arrays.equals(plainReplacement, given, givenEnd, before, id, idEnd)) {
            return plainReplacement;
        }
        if (!IdKey.at(plainReplacement, given).equals(IdKey.at(before, id))) {
            throw new CommandFailure(
                    ErrorCode.ImmutableField,
                    "After applying the update, the (immutable) field '_id' was found to have been"
                            + " altered");
        }
        return joined(before, id, idEnd, givenEnd);
    }

    private byte[] joined(byte[] before, int id, int idEnd, int restFrom) {
        int idBytes = idEnd - id;
        int restBytes = plainReplacement.length - restFrom;
        byte[] whole = new byte[4 + idBytes + restBytes];
        BsonBytes.putInt(whole, 0, whole.length);
        System.arraycopy(before, id, whole, 4, idBytes);
        System.arraycopy(plainReplacement, restFrom, whole, 4 + idBytes, restBytes);
        return whole;
    }

    private static int end(byte[] document, int element) {
        int value = BsonBytes.valueOffset(document, element);
        return value + BsonBytes.valueLength(document[element], document, value);
    }

    /** The document an upsert inserts; it has an {@code _id}. */
    byte[] upserted(Query query) {
        Update compiled =
                update != null
                        ? update
                        : Update.compile(
                                BsonBytes.document(plainReplacement), List.of(), LogFormat.DIFF);
        if (plainReplacement != null && BsonBytes.find(plainReplacement, "_id") == 4) {
            requireSameId(query);
            return plainReplacement;
        }
        BsonDocument seed = UpsertSeed.of(query.filter(), compiled);
        UpdateContext context = new UpdateContext(now(), time(), OptionalInt.empty(), true);
        byte[] document = BsonBytes.of(compiled.apply(seed, context).post());
        if (BsonBytes.find(document, "_id") >= 0) {
            return document;
        }
        RawBuilder out = new RawBuilder(document.length + 32);
        out.objectId("_id", engine.ids().objectId().toByteArray());
        return out.all(BsonBytes.document(document)).toBytes();
    }

    private void requireSameId(Query query) {
        var points = query.range().points();
        IdKey id = IdKey.ofDocument(plainReplacement);
        if (points.isPresent() && points.get().size() == 1 && !points.get().get(0).equals(id)) {
            throw new CommandFailure(
                    ErrorCode.ImmutableField,
                    "The _id field cannot be changed from {_id: "
                            + points.get().get(0)
                            + "} to {_id: "
                            + id
                            + "}.");
        }
    }
}
