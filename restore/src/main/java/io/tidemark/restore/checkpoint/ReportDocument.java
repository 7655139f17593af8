package io.tidemark.restore.checkpoint;

import io.tidemark.restore.report.CollectionReport;
import io.tidemark.restore.report.ReplicaSetReport;
import io.tidemark.restore.report.RestoreReport;
import io.tidemark.restore.report.TransactionReport;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonDouble;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.BsonValue;

/** A {@link RestoreReport} within a mark. Names with dots are values, not field names. */
final class ReportDocument {
    private ReportDocument() {}

    static BsonDocument of(RestoreReport report) {
        return new BsonDocument("restoredTo", new BsonString(report.restoredTo()))
                .append("policy", new BsonString(report.policy()))
                .append("forced", texts(report.forced()))
                .append("replicaSets", map(report.replicaSets(), ReportDocument::replicaSet))
                .append("transactions", list(report.transactions(), ReportDocument::transaction))
                .append("orphansRemoved", new BsonInt64(report.orphansRemoved()))
                .append("orphans", map(report.orphans(), BsonInt64::new))
                .append("verified", BsonBoolean.valueOf(report.verified()))
                .append("uuidsKept", BsonBoolean.valueOf(report.uuidsKept()))
                .append("replaced", map(report.replaced(), BsonString::new))
                .append("rollback", texts(report.rollback()))
                .append("warnings", texts(report.warnings()))
                .append("problems", texts(report.problems()))
                .append("seconds", new BsonDouble(report.seconds()));
    }

    static RestoreReport read(BsonDocument document) {
        return new RestoreReport(
                text(document, "restoredTo"),
                text(document, "policy"),
                texts(document, "forced"),
                map(document, "replicaSets", r -> replicaSet(r.asDocument())),
                document.getArray("transactions").stream()
                        .map(t -> transaction(t.asDocument()))
                        .toList(),
                number(document, "orphansRemoved"),
                map(document, "orphans", n -> n.asInt64().getValue()),
                document.getBoolean("verified").getValue(),
                document.getBoolean("uuidsKept").getValue(),
                map(document, "replaced", t -> t.asString().getValue()),
                texts(document, "rollback"),
                texts(document, "warnings"),
                texts(document, "problems"),
                document.getDouble("seconds").getValue());
    }

    private static BsonDocument replicaSet(ReplicaSetReport report) {
        return new BsonDocument("entriesRead", new BsonInt64(report.entriesRead()))
                .append("entriesApplied", new BsonInt64(report.entriesApplied()))
                .append("baseDocuments", new BsonInt64(report.baseDocuments()))
                .append("collections", map(report.collections(), ReportDocument::collection));
    }

    private static ReplicaSetReport replicaSet(BsonDocument document) {
        return new ReplicaSetReport(
                number(document, "entriesRead"),
                number(document, "entriesApplied"),
                number(document, "baseDocuments"),
                map(document, "collections", c -> collection(c.asDocument())));
    }

    private static BsonDocument collection(CollectionReport report) {
        return new BsonDocument("documents", new BsonInt64(report.documents()))
                .append("hash", new BsonString(report.hash()))
                .append("verified", new BsonString(report.verified()));
    }

    private static CollectionReport collection(BsonDocument document) {
        return new CollectionReport(
                number(document, "documents"), text(document, "hash"), text(document, "verified"));
    }

    private static BsonDocument transaction(TransactionReport report) {
        return new BsonDocument("id", new BsonString(report.id()))
                .append("commitTimestamp", new BsonString(report.commitTimestamp()))
                .append("decision", new BsonString(report.decision()))
                .append("decidedBy", new BsonString(report.decidedBy()));
    }

    private static TransactionReport transaction(BsonDocument document) {
        return new TransactionReport(
                text(document, "id"),
                text(document, "commitTimestamp"),
                text(document, "decision"),
                text(document, "decidedBy"));
    }

    private static <T> BsonArray list(List<T> all, Function<T, BsonValue> each) {
        return new BsonArray(all.stream().map(each).toList());
    }

    private static BsonArray texts(List<String> all) {
        return list(all, BsonString::new);
    }

    private static List<String> texts(BsonDocument document, String name) {
        return document.getArray(name).stream().map(t -> t.asString().getValue()).toList();
    }

    private static <T> BsonArray map(Map<String, T> all, Function<T, BsonValue> each) {
        BsonArray pairs = new BsonArray();
        all.forEach(
                (name, value) ->
                        pairs.add(
                                new BsonDocument("name", new BsonString(name))
                                        .append("value", each.apply(value))));
        return pairs;
    }

    private static <T> Map<String, T> map(
            BsonDocument document, String name, Function<BsonValue, T> each) {
        Map<String, T> all = new TreeMap<>();
        document.getArray(name)
                .forEach(
                        pair ->
                                all.put(
                                        text(pair.asDocument(), "name"),
                                        each.apply(pair.asDocument().get("value"))));
        return all;
    }

    private static String text(BsonDocument document, String name) {
        return document.getString(name).getValue();
    }

    private static long number(BsonDocument document, String name) {
        return document.getInt64(name).getValue();
    }
}
