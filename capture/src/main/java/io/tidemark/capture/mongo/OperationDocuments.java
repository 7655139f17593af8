package io.tidemark.capture.mongo;

import io.tidemark.capture.operation.Candidate;
import io.tidemark.capture.operation.ControlCommand;
import io.tidemark.capture.operation.OperationId;
import io.tidemark.capture.operation.OperationKind;
import io.tidemark.capture.operation.OperationPhase;
import io.tidemark.capture.operation.OperationState;
import io.tidemark.capture.operation.ShareState;
import io.tidemark.capture.operation.ShareState.Amount;
import io.tidemark.schemas.model.ReplicaSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonNull;
import org.bson.BsonString;
import org.bson.BsonValue;

/** The documents of {@code admin.tidemarkOperations}. */
final class OperationDocuments {
    private OperationDocuments() {}

    static String id(OperationId operation) {
        return operation.text();
    }

    /** Of a part of an operation; the parts of one kind follow each other by {@code _id}. */
    static String id(OperationId operation, String kind, String name) {
        return operation + "/" + kind + "/" + name;
    }

    static BsonDocument of(OperationState state) {
        return new BsonDocument("_id", new BsonString(id(state.id())))
                .append("kind", new BsonString(state.request().kind().name()))
                .append("parameters", pairs(state.request().parameters()))
                .append("issuedMillis", new BsonInt64(state.request().issuedMillis()))
                .append("phase", new BsonString(state.phase().name()))
                .append(
                        "replicaSets",
                        new BsonArray(
                                state.replicaSets().stream()
                                        .map(set -> new BsonString(set.name()))
                                        .toList()))
                .append("plan", pairs(state.plan()))
                .append("facts", pairs(state.facts()))
                .append("why", text(state.why()))
                .append("leader", new BsonString(state.leader()))
                .append("token", new BsonInt64(state.token()));
    }

    static OperationState operation(BsonDocument d) {
        ControlCommand request =
                new ControlCommand(
                        new OperationId(string(d, "_id")),
                        OperationKind.valueOf(string(d, "kind")),
                        map(d, "parameters"),
                        d.getInt64("issuedMillis").getValue());
        List<ReplicaSet> sets =
                d.getArray("replicaSets").stream()
                        .map(name -> new ReplicaSet(name.asString().getValue()))
                        .toList();
        return new OperationState(
                request,
                OperationPhase.valueOf(string(d, "phase")),
                sets,
                map(d, "plan"),
                map(d, "facts"),
                text(d, "why"),
                string(d, "leader"),
                d.getInt64("token").getValue());
    }

    static BsonDocument of(ShareState share) {
        return new BsonDocument(
                        "_id",
                        new BsonString(
                                id(share.operation(), "replicaSet", share.replicaSet().name())))
                .append("operation", new BsonString(share.operation().text()))
                .append("replicaSet", new BsonString(share.replicaSet().name()))
                .append("phase", new BsonString(share.phase().name()))
                .append("owner", new BsonString(share.owner()))
                .append("token", new BsonInt64(share.token()))
                .append("attempts", new BsonInt32(share.attempts()))
                .append("done", amount(share.done()))
                .append("expected", amount(share.expected()))
                .append("remembered", pairs(share.remembered()))
                .append("facts", pairs(share.facts()))
                .append("why", text(share.why()));
    }

    static ShareState share(BsonDocument d) {
        return new ShareState(
                new OperationId(string(d, "operation")),
                new ReplicaSet(string(d, "replicaSet")),
                OperationPhase.valueOf(string(d, "phase")),
                string(d, "owner"),
                d.getInt64("token").getValue(),
                d.getInt32("attempts").getValue(),
                amount(d.getDocument("done")),
                amount(d.getDocument("expected")),
                map(d, "remembered"),
                map(d, "facts"),
                text(d, "why"));
    }

    static BsonDocument of(Candidate candidate) {
        String name = candidate.replicaSet() + "/" + candidate.agent();
        return new BsonDocument("_id", new BsonString(id(candidate.operation(), "agent", name)))
                .append("operation", new BsonString(candidate.operation().text()))
                .append("replicaSet", new BsonString(candidate.replicaSet().name()))
                .append("agent", new BsonString(candidate.agent()))
                .append("suitable", BsonBoolean.valueOf(candidate.suitable()))
                .append("why", new BsonString(candidate.why()));
    }

    static Candidate candidate(BsonDocument d) {
        return new Candidate(
                new OperationId(string(d, "operation")),
                new ReplicaSet(string(d, "replicaSet")),
                string(d, "agent"),
                d.getBoolean("suitable").getValue(),
                string(d, "why"));
    }

    private static BsonDocument amount(Amount amount) {
        return new BsonDocument("documents", new BsonInt64(amount.documents()))
                .append("bytes", new BsonInt64(amount.bytes()));
    }

    private static Amount amount(BsonDocument d) {
        return new Amount(d.getInt64("documents").getValue(), d.getInt64("bytes").getValue());
    }

    /** Not as fields: names may hold dots and dollars, which old servers refuse. */
    private static BsonArray pairs(Map<String, String> map) {
        BsonArray pairs = new BsonArray();
        new TreeMap<>(map)
                .forEach(
                        (k, v) ->
                                pairs.add(
                                        new BsonDocument("k", new BsonString(k))
                                                .append("v", new BsonString(v))));
        return pairs;
    }

    private static Map<String, String> map(BsonDocument d, String field) {
        Map<String, String> map = new TreeMap<>();
        for (BsonValue pair : d.getArray(field)) {
            map.put(string(pair.asDocument(), "k"), string(pair.asDocument(), "v"));
        }
        return map;
    }

    private static BsonValue text(Optional<String> text) {
        return text.map(t -> (BsonValue) new BsonString(t)).orElse(BsonNull.VALUE);
    }

    private static Optional<String> text(BsonDocument d, String field) {
        return d.isString(field) ? Optional.of(string(d, field)) : Optional.empty();
    }

    private static String string(BsonDocument d, String field) {
        return d.getString(field).getValue();
    }
}
