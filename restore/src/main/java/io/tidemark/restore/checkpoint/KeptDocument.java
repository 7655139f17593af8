package io.tidemark.restore.checkpoint;

import io.tidemark.restore.previous.KeptCollection;
import io.tidemark.restore.previous.KeptPrevious;
import io.tidemark.restore.target.Bson;
import io.tidemark.schemas.model.Namespace;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bson.BsonArray;
import org.bson.BsonBinary;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.BsonValue;

/** What is kept of a target, within a mark. */
final class KeptDocument {
    private KeptDocument() {}

    static BsonDocument of(KeptPrevious kept) {
        BsonArray collections = new BsonArray();
        kept.collections().forEach(one -> collections.add(collection(one)));
        return new BsonDocument("token", new BsonString(kept.token()))
                .append("mapsUuids", BsonBoolean.valueOf(kept.mapsUuids()))
                .append("collections", collections)
                .append("aside", BsonBoolean.valueOf(kept.aside()));
    }

    /** Marks of versions that kept nothing don't say it. */
    static KeptPrevious read(Optional<BsonValue> value) {
        if (value.isEmpty()) {
            return KeptPrevious.NOTHING;
        }
        BsonDocument document = value.get().asDocument();
        List<KeptCollection> collections = new ArrayList<>();
        document.getArray("collections").forEach(c -> collections.add(collection(c.asDocument())));
        return new KeptPrevious(
                document.getString("token").getValue(),
                document.getBoolean("mapsUuids").getValue(),
                collections,
                document.getBoolean("aside").getValue());
    }

    private static BsonDocument collection(KeptCollection one) {
        BsonDocument document =
                new BsonDocument("name", new BsonString(one.name().toString()))
                        .append("place", new BsonString(one.place().toString()))
                        .append("how", new BsonString(one.how().name()))
                        .append("bytes", new BsonInt64(one.bytes()))
                        .append("whole", BsonBoolean.valueOf(one.whole()));
        one.copyUuid().ifPresent(uuid -> document.append("copyUuid", new BsonBinary(uuid)));
        one.definition().ifPresent(view -> document.append("definition", view.toBson()));
        return document;
    }

    private static KeptCollection collection(BsonDocument document) {
        return new KeptCollection(
                Namespace.of(document.getString("name").getValue()),
                Namespace.of(document.getString("place").getValue()),
                KeptCollection.How.valueOf(document.getString("how").getValue()),
                Optional.ofNullable(document.get("copyUuid")).map(u -> u.asBinary().asUuid()),
                document.getInt64("bytes").getValue(),
                Optional.ofNullable(document.get("definition")).map(d -> Bson.raw(d.asDocument())),
                document.getBoolean("whole").getValue());
    }
}
