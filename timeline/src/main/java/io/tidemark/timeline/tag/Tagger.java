package io.tidemark.timeline.tag;

import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.bson.RawElement;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.TransactionKey;
import io.tidemark.schemas.oplog.OplogEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Reads one replica set's entries in order and says which facts each holds. It remembers only what
 * transactions still open have written to the tables it looks at: their facts count from the entry
 * that makes them visible.
 *
 * <p>Sources: {@code docs} of MongoDB's oplog (applyOps, startIndexBuild, …), server sources {@code
 * db/s/*} and {@code s/catalog/*} of 3.6 to 8.0. Entries with {@code fromMigrate} are left out: the
 * servers' own copies and clean-up.
 */
public final class Tagger {
    private static final Set<String> MARKERS =
            Set.of(
                    "migrateChunkToNewShard",
                    "migrateLastChunkFromShard",
                    "shardCollection",
                    "refineCollectionShardKey",
                    "reshardCollection",
                    "movePrimary",
                    "createDatabase");
    private final Role role;
    private final Map<String, List<Fact>> parts = new TreeMap<>();

    public Tagger(Role role) {
        this.role = role;
    }

    /** Continues from {@link #openParts}. */
    public Tagger(Role role, Map<String, List<Fact>> openParts) {
        this.role = role;
        openParts.forEach((key, facts) -> parts.put(key, new ArrayList<>(facts)));
    }

    /** What transactions under way have written so far, by their key in hex; for a snapshot. */
    public Map<String, List<Fact>> openParts() {
        Map<String, List<Fact>> copy = new TreeMap<>();
        parts.forEach((key, facts) -> copy.put(key, List.copyOf(facts)));
        return copy;
    }

    /** The entry's facts, in the order of its operations; usually none. */
    public List<Fact> tag(OplogEntry entry) {
        return switch (entry.shape()) {
            case INSERT, UPDATE, DELETE ->
                    entry.fromMigrate() || !isWatched(entry.ns())
                            ? List.of()
                            : write(entry.ns(), new Written(entry.op(), entry.o(), entry.o2()));
            case DDL -> Commands.tag(entry.ns(), entry.o(), entry.fromMigrate());
            case BATCH, VECTORED_INSERT -> operations(entry);
            case TRANSACTION_WHOLE -> whole(entry);
            case TRANSACTION_PART -> part(entry);
            case TRANSACTION_END -> end(entry);
            case PREPARE -> prepare(entry);
            case COMMIT, ABORT -> outcome(entry);
            case NOOP -> noop(entry);
            case UNKNOWN -> List.of();
        };
    }

    static Optional<ClusterTime> time(RawElement field) {
        return field.timestamp().isPresent()
                ? Optional.of(ClusterTime.ofBits(field.timestamp().getAsLong()))
                : Optional.empty();
    }

    /** Whether a write to this namespace can hold a fact: others need not be read. */
    public static boolean isWatched(String ns) {
        return ns.startsWith("config.") || ns.equals("admin.system.version");
    }

    private List<Fact> write(String ns, Written write) {
        List<Fact> facts = ShardTables.tag(ns, write);
        return facts.isEmpty() && role == Role.CONFIG ? ConfigTables.tag(ns, write) : facts;
    }

    private List<Fact> whole(OplogEntry entry) {
        parts.remove(key(entry));
        return operations(entry);
    }

    private List<Fact> part(OplogEntry entry) {
        if (entry.previousOptime().isEmpty()) {
            // A chain that begins anew: what an earlier try of the same transaction wrote is void.
            parts.remove(key(entry));
        }
        List<Fact> facts = operations(entry);
        if (!facts.isEmpty()) {
            parts.computeIfAbsent(key(entry), k -> new ArrayList<>()).addAll(facts);
        }
        return List.of();
    }

    private List<Fact> end(OplogEntry entry) {
        List<Fact> facts = new ArrayList<>();
        List<Fact> before = parts.remove(key(entry));
        if (before != null) {
            facts.addAll(before);
        }
        facts.addAll(operations(entry));
        return facts;
    }

    private List<Fact> prepare(OplogEntry entry) {
        part(entry);
        return List.of(new Fact.Prepared(transaction(entry)));
    }

    private List<Fact> outcome(OplogEntry entry) {
        boolean committed = entry.commandName().orElse("").equals("commitTransaction");
        List<Fact> facts = new ArrayList<>();
        facts.add(new Fact.Decided(transaction(entry), committed, entry.commitTimestamp()));
        List<Fact> before = parts.remove(key(entry));
        if (committed && before != null) {
            facts.addAll(before);
        }
        return facts;
    }

    private List<Fact> operations(OplogEntry entry) {
        return operations(entry.o());
    }

    private List<Fact> operations(RawDocument applyOps) {
        List<Fact> facts = new ArrayList<>();
        for (RawElement element : applyOps.document("applyOps").orElse(Written.nothing())) {
            element.document().ifPresent(operation -> facts.addAll(operation(operation)));
        }
        return facts;
    }

    private List<Fact> operation(RawDocument operation) {
        String op = operation.string("op").orElse("");
        String ns = operation.string("ns").orElse("");
        boolean command = op.equals("c");
        if (!command && !isWatched(ns)) {
            return List.of();
        }
        boolean fromMigrate = operation.find("fromMigrate").filter(RawElement::isTrue).isPresent();
        Optional<RawDocument> o = operation.document("o");
        if (o.isEmpty() || fromMigrate && !command) {
            return List.of();
        }
        if (!command) {
            return write(ns, new Written(op, o.get(), operation.document("o2")));
        }
        // Before 7.0 a user's applyOps could hold further ones.
        return o.get().has("applyOps")
                ? operations(o.get())
                : Commands.tag(ns, o.get(), fromMigrate);
    }

    private static List<Fact> noop(OplogEntry entry) {
        Optional<RawDocument> o2 = entry.o2();
        Optional<RawElement> first = o2.flatMap(RawDocument::first);
        if (first.isEmpty()) {
            return List.of();
        }
        String resharding =
                ConfigTables.uuid(
                        o2.get().find("reshardingUUID").or(() -> o2.get().find("reshardUUID")));
        String name = first.get().name();
        if (MARKERS.contains(name)) {
            return List.of(
                    new Fact.Marker(name, first.get().string().orElse(entry.ns()), resharding));
        }
        String type = o2.get().string("type").orElse("");
        return type.startsWith("reshard")
                ? List.of(new Fact.Marker(type, entry.ns(), resharding))
                : List.of();
    }

    private static RawDocument transaction(OplogEntry entry) {
        return entry.transactionKey()
                .map(key -> RawDocument.of(key.bson()))
                .orElse(Written.nothing());
    }

    private static String key(OplogEntry entry) {
        return entry.transactionKey()
                .map(TransactionKey::bson)
                .map(java.util.HexFormat.of()::formatHex)
                .orElse("");
    }
}
