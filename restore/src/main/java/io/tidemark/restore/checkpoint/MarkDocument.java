package io.tidemark.restore.checkpoint;

import io.tidemark.restore.replay.transaction.Decision;
import io.tidemark.restore.target.Bson;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Namespace;
import io.tidemark.schemas.model.TransactionKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.bson.BsonArray;
import org.bson.BsonBinary;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonInvalidOperationException;
import org.bson.BsonString;
import org.bson.BsonValue;

/** A {@link RestoreMark} as the target keeps it. */
final class MarkDocument {
    private static final int VERSION = 1;

    private MarkDocument() {}

    static RawDocument of(String id, RestoreMark mark) {
        BsonDocument document =
                new BsonDocument("_id", new BsonString(id))
                        .append("description", new BsonString(mark.description()))
                        .append("version", new BsonInt32(VERSION))
                        .append("restore", new BsonString(mark.restore().toString()))
                        .append("arguments", pairs(mark.arguments()))
                        .append("before", before(mark.before()))
                        .append("epoch", new BsonInt64(mark.epoch()))
                        .append("standing", standing(mark.standing()));
        BsonArray decisions = new BsonArray();
        mark.decisions().forEach(decision -> decisions.add(decision(decision)));
        document.append("decisions", decisions);
        mark.run().ifPresent(r -> document.append("run", run(r)));
        mark.report().ifPresent(r -> document.append("report", ReportDocument.of(r)));
        return Bson.raw(document);
    }

    /** Empty if it is none that this version can go on with. */
    static Optional<RestoreMark> read(RawDocument raw) {
        BsonDocument document = raw.toBson();
        try {
            boolean known = document.getInt32("version", new BsonInt32(0)).getValue() == VERSION;
            return known ? Optional.of(mark(document)) : Optional.empty();
        } catch (BsonInvalidOperationException | IllegalArgumentException foreign) {
            return Optional.empty();
        }
    }

    private static RestoreMark mark(BsonDocument document) {
        List<Decision> decisions = new ArrayList<>();
        document.getArray("decisions").forEach(d -> decisions.add(decision(d.asDocument())));
        return new RestoreMark(
                UUID.fromString(document.getString("restore").getValue()),
                document.getString("description").getValue(),
                pairs(document.getArray("arguments")),
                before(document.getDocument("before")),
                document.getInt64("epoch").getValue(),
                standing(document.getDocument("standing")),
                decisions,
                Optional.ofNullable(document.get("report"))
                        .map(r -> ReportDocument.read(r.asDocument())),
                Optional.ofNullable(document.get("run")).map(r -> run(r.asDocument())));
    }

    private static BsonDocument run(RunHolder of) {
        return new BsonDocument("id", new BsonString(of.run().toString()))
                .append("beat", new BsonInt64(of.beat()))
                .append("process", new BsonString(of.process()))
                .append("words", new BsonString(of.words()));
    }

    private static RunHolder run(BsonDocument document) {
        return new RunHolder(
                UUID.fromString(document.getString("id").getValue()),
                document.getString("process").getValue(),
                document.getString("words").getValue(),
                document.getInt64("beat").getValue());
    }

    /** As a list: names may hold dots. */
    private static BsonArray pairs(Map<String, ?> values) {
        BsonArray pairs = new BsonArray();
        values.forEach(
                (name, value) ->
                        pairs.add(
                                new BsonDocument("name", new BsonString(name))
                                        .append("value", new BsonString(value.toString()))));
        return pairs;
    }

    private static Map<String, String> pairs(BsonArray pairs) {
        Map<String, String> values = new TreeMap<>();
        for (BsonValue pair : pairs) {
            BsonDocument each = pair.asDocument();
            values.put(each.getString("name").getValue(), each.getString("value").getValue());
        }
        return values;
    }

    private static BsonDocument before(TargetBefore of) {
        TargetBefore.Member member = of.member();
        TargetBefore.Replaced replaced = of.replaced();
        BsonDocument document = new BsonDocument();
        member.expiresDocuments()
                .ifPresent(e -> document.append("expires", BsonBoolean.valueOf(e)));
        member.balancer().ifPresent(b -> document.append("balancer", b.toBson()));
        member.shardIdentity().ifPresent(i -> document.append("shard", new BsonString(i)));
        member.clusterId().ifPresent(c -> document.append("cluster", new BsonString(c)));
        return document.append("knownShards", texts(member.knownShards()))
                .append("knownHosts", texts(member.knownHosts()))
                .append(
                        "replaced",
                        texts(replaced.collections().stream().map(Namespace::toString).toList()))
                .append("accounts", texts(replaced.accounts()))
                .append("kept", KeptDocument.of(replaced.kept()));
    }

    private static TargetBefore before(BsonDocument document) {
        return new TargetBefore(
                new TargetBefore.Member(
                        Optional.ofNullable(document.get("expires"))
                                .map(e -> e.asBoolean().getValue()),
                        Optional.ofNullable(document.get("balancer"))
                                .map(b -> Bson.raw(b.asDocument())),
                        text(document, "shard"),
                        text(document, "cluster"),
                        texts(document.getArray("knownShards")),
                        texts(document.getArray("knownHosts"))),
                new TargetBefore.Replaced(
                        texts(document.getArray("replaced")).stream().map(Namespace::of).toList(),
                        texts(document.getArray("accounts", new BsonArray())),
                        KeptDocument.read(Optional.ofNullable(document.get("kept")))));
    }

    private static BsonDocument standing(Standing of) {
        return new BsonDocument("stage", new BsonString(of.stage().name()))
                .append("parts", new BsonInt32(of.parts()))
                .append("baseDocuments", new BsonInt64(of.baseDocuments()))
                .append("applied", of.applied().toBson())
                .append("readAfter", of.readAfter().toBson())
                .append("through", of.through().toBson())
                .append("operations", new BsonInt64(of.operations()))
                .append("orphans", pairs(of.orphans()));
    }

    private static Standing standing(BsonDocument document) {
        Map<String, Long> orphans = new TreeMap<>();
        pairs(document.getArray("orphans")).forEach((n, v) -> orphans.put(n, Long.valueOf(v)));
        return new Standing(
                Stage.valueOf(document.getString("stage").getValue()),
                document.getInt32("parts").getValue(),
                document.getInt64("baseDocuments").getValue(),
                ClusterTime.of(document.getTimestamp("applied")),
                ClusterTime.of(document.getTimestamp("readAfter")),
                ClusterTime.of(document.getTimestamp("through")),
                document.getInt64("operations").getValue(),
                orphans);
    }

    private static BsonDocument decision(Decision of) {
        BsonDocument document =
                new BsonDocument("key", new BsonBinary(of.key().bson()))
                        .append("outcome", new BsonString(of.outcome().name()))
                        .append("decidedBy", new BsonString(of.decidedBy()));
        of.commitTimestamp().ifPresent(t -> document.append("committed", t.toBson()));
        return document;
    }

    private static Decision decision(BsonDocument document) {
        return new Decision(
                new TransactionKey(document.getBinary("key").getData()),
                Optional.ofNullable(document.get("committed"))
                        .map(t -> ClusterTime.of(t.asTimestamp())),
                Decision.Outcome.valueOf(document.getString("outcome").getValue()),
                document.getString("decidedBy").getValue());
    }

    private static Optional<String> text(BsonDocument document, String name) {
        return Optional.ofNullable(document.get(name)).map(t -> t.asString().getValue());
    }

    private static BsonArray texts(List<String> all) {
        return new BsonArray(all.stream().map(BsonString::new).toList());
    }

    private static List<String> texts(BsonArray all) {
        return all.stream().map(t -> t.asString().getValue()).toList();
    }
}
