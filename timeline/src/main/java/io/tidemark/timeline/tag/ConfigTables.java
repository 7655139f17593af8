package io.tidemark.timeline.tag;

import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.bson.RawElement;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.timeline.event.ChunkRange;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Facts of writes to the config servers' catalogue: there it is decided who owns what. */
final class ConfigTables {
    private static final String SWAPPED = "renameCollection.metadata";

    private ConfigTables() {}

    static List<Fact> tag(String ns, Written write) {
        return switch (ns) {
            case "config.changelog" -> write.inserts() ? line(write) : List.of();
            case "config.chunks" -> write.deletes() ? List.of() : chunk(write);
            case "config.collections" -> List.of(collection(write));
            case "config.databases" ->
                    List.of(
                            new Fact.DatabaseWrite(
                                    write.idText(), write.text("primary"), write.deletes()));
            case "config.shards" -> List.of(shard(write));
            case "config.reshardingOperations" -> List.of(resharding(write));
            default -> List.of();
        };
    }

    private static List<Fact> line(Written write) {
        String what = write.text("what");
        String ns = write.text("ns");
        if (ns.equals(SWAPPED)) {
            // 8.0 writes the sentence into what and the kind into ns.
            String sentence = what;
            what = SWAPPED;
            ns = sentence;
        }
        if (what.equals(SWAPPED)) {
            ns = sourceOf(ns);
        }
        RawDocument details =
                write.field("details").flatMap(RawElement::document).orElse(Written.nothing());
        return List.of(
                new Fact.LogLine(what, ns, write.text("shard"), RawDocument.of(details.toBytes())));
    }

    /** {@code "db.a to db.b: dropped …"} is about db.a. */
    private static String sourceOf(String sentence) {
        int end = sentence.indexOf(" to ");
        return end > 0 ? sentence.substring(0, end) : sentence;
    }

    private static List<Fact> chunk(Written write) {
        String owner = write.text("shard");
        if (owner.isEmpty()) {
            return List.of();
        }
        return List.of(
                new Fact.ChunkWrite(
                        write.text("ns"),
                        uuid(write.field("uuid")),
                        write.document().flatMap(ChunkRange::of),
                        owner));
    }

    private static Fact collection(Written write) {
        boolean dropped = write.field("dropped").filter(RawElement::isTrue).isPresent();
        return new Fact.CollectionWrite(
                write.idText(), uuid(write.field("uuid")), write.deletes() || dropped);
    }

    private static Fact shard(Written write) {
        boolean draining = write.field("draining").filter(RawElement::isTrue).isPresent();
        boolean knownNot = !draining && !write.deletes() && write.lacks("draining");
        Optional<ReplicaSet> set =
                Optional.of(write.text("host"))
                        .filter(host -> host.indexOf('/') > 0)
                        .map(host -> new ReplicaSet(host.substring(0, host.indexOf('/'))));
        return new Fact.ShardWrite(
                write.idText(),
                set,
                draining || knownNot ? Optional.of(draining) : Optional.empty(),
                write.inserts(),
                write.deletes());
    }

    private static Fact resharding(Written write) {
        String id = uuid(write.id());
        String ns = write.text("ns").isEmpty() ? write.text("sourceNss") : write.text("ns");
        return new Fact.ReshardWrite(
                id, ns, write.text("state"), write.text("provenance"), write.deletes());
    }

    static String uuid(Optional<RawElement> field) {
        return field.flatMap(RawElement::uuid).map(UUID::toString).orElse("");
    }
}
