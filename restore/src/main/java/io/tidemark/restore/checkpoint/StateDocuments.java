package io.tidemark.restore.checkpoint;

import io.tidemark.restore.replay.ReplayState;
import io.tidemark.restore.target.Bson;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Namespace;
import io.tidemark.schemas.model.TransactionKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.bson.BsonArray;
import org.bson.BsonBinary;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.BsonValue;

/** A {@link ReplayState} as documents: one for the whole, one for each collection and document. */
final class StateDocuments {
    private static final String KIND = "kind";
    private static final String WHOLE = "replay";
    private static final String COLLECTION = "collection";
    private static final String HELD = "held";

    private StateDocuments() {}

    static List<BsonDocument> of(ReplayState state) {
        List<BsonDocument> documents = new ArrayList<>();
        documents.add(whole(state));
        for (ReplayState.Saved collection : state.collections()) {
            documents.add(collection(collection));
            for (RawDocument held : collection.held()) {
                documents.add(
                        of(HELD).append("number", new BsonInt64(collection.number()))
                                .append("document", held.toBson()));
            }
        }
        return documents;
    }

    static ReplayState read(List<BsonDocument> documents) {
        List<BsonDocument> collections = new ArrayList<>();
        Map<Long, List<RawDocument>> held = new HashMap<>();
        BsonDocument whole = new BsonDocument();
        for (BsonDocument document : documents) {
            switch (document.getString(KIND).getValue()) {
                case WHOLE -> whole = document;
                case COLLECTION -> collections.add(document);
                default ->
                        held.computeIfAbsent(number(document, "number"), n -> new ArrayList<>())
                                .add(Bson.raw(document.getDocument("document")));
            }
        }
        return whole(
                whole,
                collections.stream()
                        .map(c -> collection(c, held.getOrDefault(number(c, "number"), List.of())))
                        .toList());
    }

    private static BsonDocument of(String kind) {
        return new BsonDocument(KIND, new BsonString(kind));
    }

    private static BsonDocument whole(ReplayState state) {
        BsonArray unrepaired = new BsonArray();
        state.unrepaired()
                .forEach(
                        u ->
                                unrepaired.add(
                                        new BsonDocument("number", new BsonInt64(u.collection()))
                                                .append("id", u.id().toBson())));
        return of(WHOLE)
                .append("entriesRead", new BsonInt64(state.entriesRead()))
                .append("entriesApplied", new BsonInt64(state.entriesApplied()))
                .append("created", new BsonInt64(state.collectionsCreated()))
                .append("dropped", array(state.dropped(), BsonBinary::new))
                .append("skipped", array(state.skipped(), n -> new BsonString(n.toString())))
                .append("begunBefore", array(state.begunBefore(), k -> new BsonBinary(k.bson())))
                .append("open", new BsonInt32(state.openTransactions()))
                .append("problems", array(state.problems(), BsonString::new))
                .append("unknown", array(state.unknown(), StateDocuments::unknown))
                .append("unrepaired", unrepaired);
    }

    private static ReplayState whole(BsonDocument document, List<ReplayState.Saved> collections) {
        return new ReplayState(
                number(document, "entriesRead"),
                number(document, "entriesApplied"),
                number(document, "created"),
                collections,
                document.getArray("dropped").stream().map(u -> u.asBinary().asUuid()).toList(),
                document.getArray("skipped").stream()
                        .map(n -> Namespace.of(n.asString().getValue()))
                        .toList(),
                document.getArray("begunBefore").stream()
                        .map(k -> new TransactionKey(k.asBinary().getData()))
                        .toList(),
                document.getInt32("open").getValue(),
                document.getArray("problems").stream().map(p -> p.asString().getValue()).toList(),
                document.getArray("unknown", new BsonArray()).stream()
                        .map(BsonValue::asDocument)
                        .map(StateDocuments::unknown)
                        .toList(),
                document.getArray("unrepaired").stream()
                        .map(BsonValue::asDocument)
                        .map(
                                u ->
                                        new ReplayState.Unrepaired(
                                                number(u, "number"), Bson.raw(u.getDocument("id"))))
                        .toList());
    }

    private static BsonDocument unknown(ReplayState.Unknown of) {
        return new BsonDocument("uuid", new BsonBinary(of.uuid()))
                .append("namespace", new BsonString(of.namespace().toString()))
                .append("at", of.at().toBson());
    }

    private static ReplayState.Unknown unknown(BsonDocument document) {
        return new ReplayState.Unknown(
                document.getBinary("uuid").asUuid(),
                Namespace.of(document.getString("namespace").getValue()),
                ClusterTime.of(document.getTimestamp("at")));
    }

    private static BsonDocument collection(ReplayState.Saved of) {
        BsonDocument document =
                of(COLLECTION)
                        .append("number", new BsonInt64(of.number()))
                        .append("namespace", new BsonString(of.namespace().toString()))
                        .append("guessed", BsonBoolean.valueOf(of.uuidGuessed()))
                        .append("options", of.options().toBson())
                        .append("capped", BsonBoolean.valueOf(of.capped()))
                        .append("indexes", array(of.indexes(), RawDocument::toBson))
                        .append("modifications", array(of.modifications(), RawDocument::toBson))
                        .append("documents", new BsonInt64(of.documents()))
                        .append("sum", new BsonInt64(of.sum()));
        of.physical().ifPresent(p -> document.append("physical", new BsonString(p.toString())));
        of.uuid().ifPresent(u -> document.append("uuid", new BsonBinary(u)));
        of.targetUuid().ifPresent(u -> document.append("targetUuid", new BsonBinary(u)));
        return document;
    }

    private static ReplayState.Saved collection(BsonDocument document, List<RawDocument> held) {
        return new ReplayState.Saved(
                number(document, "number"),
                Namespace.of(document.getString("namespace").getValue()),
                Optional.ofNullable(document.get("physical"))
                        .map(p -> Namespace.of(p.asString().getValue())),
                uuid(document, "uuid"),
                document.getBoolean("guessed").getValue(),
                uuid(document, "targetUuid"),
                Bson.raw(document.getDocument("options")),
                document.getBoolean("capped").getValue(),
                raws(document.getArray("indexes")),
                raws(document.getArray("modifications")),
                number(document, "documents"),
                number(document, "sum"),
                held);
    }

    private static Optional<UUID> uuid(BsonDocument document, String name) {
        return Optional.ofNullable(document.get(name)).map(u -> u.asBinary().asUuid());
    }

    private static List<RawDocument> raws(BsonArray array) {
        return array.stream().map(d -> Bson.raw(d.asDocument())).toList();
    }

    private static long number(BsonDocument document, String name) {
        return document.getInt64(name).getValue();
    }

    private static <T> BsonArray array(
            List<T> all, java.util.function.Function<T, BsonValue> each) {
        return new BsonArray(all.stream().map(each).toList());
    }
}
