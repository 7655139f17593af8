package io.tidemark.timeline.tag;

import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.bson.RawDocumentBuilder;
import io.tidemark.schemas.bson.RawElement;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.timeline.event.ChunkRange;
import java.util.List;
import java.util.Optional;

/** Facts of writes to the tables that every replica set keeps about operations under way. */
final class ShardTables {
    private ShardTables() {}

    static List<Fact> tag(String ns, Written write) {
        return switch (ns) {
            case "config.system.sharding_ddl_coordinators" -> coordinator(write);
            case "config.migrationCoordinators" -> migration(write);
            case "config.transaction_coordinators" -> decision(write);
            case "admin.system.version" -> featureVersion(write);
            default -> List.of();
        };
    }

    private static List<Fact> coordinator(Written write) {
        Optional<RawDocument> id = write.id().flatMap(RawElement::document);
        if (write.updates() || id.isEmpty()) {
            return List.of();
        }
        String ns = id.get().string("namespace").orElse("");
        String operation = id.get().string("operationType").orElse("");
        // Coordinators of a whole database may write "db." for it.
        String name = ns.endsWith(".") ? ns.substring(0, ns.length() - 1) : ns;
        return List.of(new Fact.CoordinatorWrite(name, operation, write.deletes()));
    }

    private static List<Fact> migration(Written write) {
        if (write.updates()) {
            return List.of();
        }
        Optional<ChunkRange> range =
                write.field("range").flatMap(RawElement::document).flatMap(ChunkRange::of);
        return List.of(
                new Fact.MigrationWrite(
                        ConfigTables.uuid(write.id()),
                        write.text("nss"),
                        write.text("donorShardId"),
                        write.text("recipientShardId"),
                        range,
                        write.deletes()));
    }

    private static List<Fact> decision(Written write) {
        Optional<RawDocument> decision = write.field("decision").flatMap(RawElement::document);
        Optional<RawDocument> id = write.id().flatMap(RawElement::document);
        if (decision.isEmpty() || id.isEmpty()) {
            return List.of();
        }
        boolean committed = decision.get().string("decision").orElse("").equals("commit");
        Optional<ClusterTime> time = decision.get().find("commitTimestamp").flatMap(Tagger::time);
        return List.of(new Fact.Decided(transaction(id.get()), committed, time));
    }

    /** Written exactly as the key of a participant's entries, so that both are equal. */
    private static RawDocument transaction(RawDocument id) {
        RawDocumentBuilder key = new RawDocumentBuilder(128);
        id.find("lsid").ifPresent(key::append);
        id.find("txnNumber")
                .map(RawElement::number)
                .ifPresent(number -> number.ifPresent(n -> key.appendInt64("txnNumber", n)));
        return RawDocument.of(key.build());
    }

    private static List<Fact> featureVersion(Written write) {
        boolean isVersion = write.idText().equals("featureCompatibilityVersion");
        if (!isVersion || write.deletes()) {
            return List.of();
        }
        boolean transitional = write.field("targetVersion").isPresent();
        boolean settled = write.lacks("targetVersion") || write.field("version").isPresent();
        if (!transitional && (write.inserts() || !settled)) {
            // A new replica set's first version, or a write to other fields of the document.
            return List.of();
        }
        return List.of(new Fact.FcvWrite(write.text("version"), transitional));
    }
}
