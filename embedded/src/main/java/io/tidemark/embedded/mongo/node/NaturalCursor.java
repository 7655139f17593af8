package io.tidemark.embedded.mongo.node;

import io.tidemark.embedded.mongo.CommandFailure;
import io.tidemark.embedded.mongo.ErrorCode;
import io.tidemark.embedded.mongo.raw.BsonBytes;
import io.tidemark.embedded.mongo.store.DocumentVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonNull;
import org.bson.BsonValue;

/**
 * A scan in the order of insertion that says after each batch where another one may go on ({@code
 * $_requestResumeToken} with the hint {@code {$natural: 1}}).
 */
final class NaturalCursor implements ServerCursor {
    private final ListCursor documents;
    private final List<Long> places;
    private final boolean cut;
    private int given;

    private NaturalCursor(ListCursor documents, List<Long> places, boolean cut) {
        this.documents = documents;
        this.places = places;
        this.cut = cut;
    }

    /** Whether a find asks for tokens; refuses what a server refuses of such a find. */
    static boolean isAsked(Request request) {
        if (!request.flag("$_requestResumeToken")) {
            if (request.body().containsKey("$_resumeAfter")) {
                throw bad("'requestResumeToken' must be true if 'resumeAfter' is specified");
            }
            return false;
        }
        if (!isForward(request.body().get("hint"))) {
            throw bad("hint must be {$natural:1} if 'requestResumeToken' is enabled");
        }
        BsonDocument sort = request.document("sort");
        if (!sort.isEmpty() && !isForward(sort)) {
            throw bad("sort must be unset or {$natural:1} if 'requestResumeToken' is enabled");
        }
        return true;
    }

    private static boolean isForward(BsonValue order) {
        return order != null
                && order.isDocument()
                && order.asDocument().size() == 1
                && order.asDocument().get("$natural", new BsonInt32(0)).isNumber()
                && order.asDocument().get("$natural", new BsonInt32(0)).asNumber().intValue() == 1;
    }

    private static CommandFailure bad(String message) {
        return new CommandFailure(ErrorCode.BadValue, message);
    }

    static NaturalCursor open(Request request, Reading reading) {
        Query query = Query.of(request.document("filter"));
        long limit = Math.abs(request.number("limit", 0));
        List<byte[]> found = new ArrayList<>();
        List<Long> places = new ArrayList<>();
        boolean cut = false;
        reading.waitFor(query);
        for (DocumentVersion version :
                after(request.document("$_resumeAfter"), reading.asInserted())) {
            if (limit != 0 && found.size() == limit) {
                cut = true;
                break;
            }
            if (query.matches(version.bytes())) {
                found.add(version.bytes());
                places.add(version.recordId());
            }
        }
        ListCursor projected =
                new ListCursor(reading.namespace(), ReadCommands.projected(request, found));
        return new NaturalCursor(projected, places, cut);
    }

    private static List<DocumentVersion> after(BsonDocument token, List<DocumentVersion> all) {
        if (token.isEmpty()) {
            return all;
        }
        BsonValue place = token.get("$recordId");
        if (place != null && place.isNull()) {
            return all;
        }
        if (place == null || !place.isInt64()) {
            throw bad(
                    "Malformed resume token: the '$_resumeAfter' object must contain '$recordId',"
                            + " of type NumberLong, BinData or jstNULL");
        }
        long last = place.asInt64().getValue();
        for (int i = 0; i < all.size(); i++) {
            if (all.get(i).recordId() == last) {
                return all.subList(i + 1, all.size());
            }
        }
        throw new CommandFailure(
                ErrorCode.KeyNotFound,
                "Failed to resume collection scan: the recordId from which we are attempting to"
                        + " resume no longer exists in the collection: RecordId("
                        + last
                        + ")");
    }

    @Override
    public String namespace() {
        return documents.namespace();
    }

    @Override
    public List<byte[]> next(Request request, int maxCount, long waitMillis) {
        List<byte[]> batch = documents.next(request, maxCount, waitMillis);
        given += batch.size();
        return batch;
    }

    @Override
    public boolean isExhausted() {
        return documents.isExhausted();
    }

    /** Place of the last document given; null at the end of the collection. */
    @Override
    public Optional<byte[]> resumeToken() {
        if (places.isEmpty()) {
            return Optional.empty();
        }
        boolean atEnd = isExhausted() && !cut;
        BsonValue place =
                atEnd || given == 0 ? BsonNull.VALUE : new BsonInt64(places.get(given - 1));
        return Optional.of(BsonBytes.of(new BsonDocument("$recordId", place)));
    }
}
