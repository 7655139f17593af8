package io.tidemark.timeline.pair;

import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.bson.RawElement;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.timeline.event.EventKind;
import io.tidemark.timeline.event.Outcome;
import io.tidemark.timeline.tag.Fact;
import java.util.Optional;
import java.util.Set;

/**
 * Pairs the changelog's DDL lines, and from 5.0 on the coordinators' own documents: a coordinator
 * stored is an operation begun, a coordinator deleted is one that is over, whatever was logged.
 */
final class DdlPairing {
    private static final Set<String> HARMLESS_COORDINATORS =
            Set.of(
                    "setAllowMigrations",
                    "migrationBlockingOperation",
                    // Resharding is paired by its own states: this coordinator runs as long as all.
                    "reshardCollection",
                    "moveCollection",
                    "unshardCollection");
    private final Operations operations;

    DdlPairing(Operations operations) {
        this.operations = operations;
    }

    void line(Moment moment, Fact.LogLine line) {
        Meaning meaning = Meaning.of(line.what());
        switch (meaning.step()) {
            case POINT -> point(moment, meaning, line);
            case START -> note(moment, line, start(moment, meaning, line));
            case NOTE -> find(meaning, line).ifPresent(op -> op.saw(moment, line.what()));
            case COMMIT -> commit(moment, meaning, line);
            case END -> end(moment, meaning, line, Outcome.COMPLETED);
            case FAIL -> end(moment, meaning, line, Outcome.ABORTED);
        }
    }

    void coordinator(Moment moment, Fact.CoordinatorWrite write) {
        String operation =
                write.operation().replaceFirst("_V\\d+$", "").replaceFirst("NoResilient$", "");
        if (HARMLESS_COORDINATORS.contains(operation)) {
            return;
        }
        EventKind kind = kindOf(operation);
        String token = moment.token("coordinator " + write.operation());
        Optional<Operation> known = underWay(kind, operation, write.ns());
        if (write.removed()) {
            known.filter(op -> op.waitingFor.remove(token))
                    .ifPresent(op -> endCoordinated(moment, op));
            return;
        }
        Operation op =
                known.orElseGet(
                        () -> {
                            String key = key(kind, operation, write.ns(), "");
                            return operations.begin(
                                    new Operation(moment, kind, key, operation, write.ns()));
                        });
        op.waitingFor.add(token);
        op.coordinated = true;
        op.critical(moment.at()).on(moment.shard()).saw(moment, operation + " coordinator begins");
    }

    /** A write to the config servers' catalogue; true if an operation under way accounts for it. */
    boolean catalogue(Moment moment, String ns, String what) {
        boolean known = false;
        for (Operation op : operations.open()) {
            if (!CommandPairing.isGroup(op) && concerns(op, ns) && isCatalogued(op.kind)) {
                op.saw(moment, what);
                op.decidedAt = moment.at();
                known = true;
            }
        }
        return known;
    }

    private void endCoordinated(Moment moment, Operation op) {
        op.saw(moment, "coordinator ends");
        if (op.waitingFor.isEmpty()) {
            boolean effect = op.decidedAt != null && op.hint == Outcome.UNKNOWN;
            operations.close(op, moment.at(), effect ? Outcome.COMPLETED : op.hint);
        }
    }

    private void point(Moment moment, Meaning meaning, Fact.LogLine line) {
        if (meaning.kind() == EventKind.UNKNOWN && find(meaning, line).isPresent()) {
            // The bare name ends what a .start of the same name began, as with dropCollection.
            end(moment, meaning, line, Outcome.COMPLETED);
            return;
        }
        String key = "point|" + line.what() + "|" + line.ns();
        Operation op = new Operation(moment, meaning.kind(), key, line.what(), line.ns());
        op.saw(moment, line.what());
        op.on(line.details().string("owningShard").orElse(shardOf(line)));
        SplitPieces.of(line).forEach(op.chunks::add);
        operations.point(op);
    }

    private Operation start(Moment moment, Meaning meaning, Fact.LogLine line) {
        String target = target(line);
        Optional<Operation> known =
                find(meaning, line).or(() -> adoptable(meaning.kind(), line.ns(), target));
        if (known.isPresent()) {
            Operation op = known.get();
            op.kind = meaning.kind();
            op.what = meaning.base();
            op.critical(moment.at());
            return op;
        }
        String key = key(meaning.kind(), meaning.base(), line.ns(), target);
        Operation op = new Operation(moment, meaning.kind(), key, meaning.base(), line.ns());
        op.target = target;
        return operations.begin(op.critical(moment.at()));
    }

    private void note(Moment moment, Fact.LogLine line, Operation op) {
        op.saw(moment, line.what());
        addShards(op, line);
    }

    private void commit(Moment moment, Meaning meaning, Fact.LogLine line) {
        Optional<Operation> known = find(meaning, line);
        if (known.isEmpty()) {
            end(moment, meaning, line, Outcome.COMPLETED);
            return;
        }
        // 4.2 to 6.x end here; from 7.0 on the clean-up follows and an end is logged.
        Operation op = known.get().saw(moment, line.what());
        op.decided(moment.at(), Outcome.COMPLETED);
        op.maybeOver(moment.at(), operations.afterCommit(op));
    }

    private void end(Moment moment, Meaning meaning, Fact.LogLine line, Outcome outcome) {
        Operation op = find(meaning, line).orElse(null);
        String key = key(meaning.kind(), meaning.base(), line.ns(), target(line));
        if (op == null) {
            Optional<Operation> before = operations.recall(key);
            if (before.isPresent()) {
                // Logged twice after a failover, or later than the end we had to assume.
                before.filter(known -> known.softlyClosed)
                        .ifPresent(known -> operations.extend(known, moment.at(), outcome));
                return;
            }
            op = withoutStart(moment, meaning, line, key);
        }
        op.saw(moment, line.what());
        addShards(op, line);
        if (op.coordinated && !op.waitingFor.isEmpty()) {
            // After a failover the coordinator may begin again, and log all of it once more.
            op.hint = outcome;
        } else {
            operations.close(op, moment.at(), outcome);
        }
    }

    /** Its start was never captured: the earliest sign of it counts, else everything known. */
    private Operation withoutStart(Moment moment, Meaning meaning, Fact.LogLine line, String key) {
        String groupKey = CommandPairing.groupKey(meaning.kind(), line.ns(), target(line));
        Optional<Operation> group = operations.find(groupKey);
        if (group.isPresent()) {
            operations.rename(group.get(), key);
            group.get().startSeen = false;
            return group.get().critical(group.get().from);
        }
        Operation op = new Operation(moment, meaning.kind(), key, meaning.base(), line.ns());
        op.target = target(line);
        op.startSeen = false;
        boolean unknown = meaning.kind() == EventKind.UNKNOWN;
        Optional<ClusterTime> sign = operations.recall(groupKey).map(known -> known.from);
        op.from = unknown ? moment.at() : sign.orElse(operations.earliestBefore(moment.at()));
        return operations.begin(op.critical(op.from));
    }

    private Optional<Operation> find(Meaning meaning, Fact.LogLine line) {
        String target = target(line);
        if (target.isEmpty()) {
            return underWay(meaning.kind(), meaning.base(), line.ns());
        }
        return operations.find(key(meaning.kind(), meaning.base(), line.ns(), target));
    }

    /** A rename's coordinator tells the source only: its first line gives the destination. */
    private Optional<Operation> adoptable(EventKind kind, String ns, String target) {
        if (kind != EventKind.RENAME_COLLECTION || target.isEmpty()) {
            return Optional.empty();
        }
        Optional<Operation> known = operations.find(key(kind, "", ns, ""));
        known.ifPresent(
                op -> {
                    op.target = target;
                    operations.rename(op, key(kind, "", ns, target));
                });
        return known;
    }

    private Optional<Operation> underWay(EventKind kind, String base, String ns) {
        if (kind != EventKind.RENAME_COLLECTION) {
            return operations.find(key(kind, base, ns, ""));
        }
        return operations.open().stream()
                .filter(op -> op.kind == kind && op.ns.equals(ns) && !CommandPairing.isGroup(op))
                .findFirst();
    }

    private static String key(EventKind kind, String base, String ns, String target) {
        return switch (kind) {
            // One coordinator creates both; which of the two it is shows later.
            case SHARD_COLLECTION, CREATE_COLLECTION -> "create|" + ns;
            case RENAME_COLLECTION -> "rename|" + ns + "|" + target;
            case UNKNOWN -> "unknown|" + base + "|" + ns;
            default -> kind.code() + "|" + ns;
        };
    }

    private static String target(Fact.LogLine line) {
        boolean rename = Meaning.of(line.what()).kind() == EventKind.RENAME_COLLECTION;
        return rename ? line.details().string("destination").orElse("") : "";
    }

    /** An empty name, as of a command without a second one, concerns nothing. */
    static boolean concerns(Operation op, String ns) {
        if (ns.isEmpty()) {
            return false;
        }
        boolean wholeDatabase =
                op.kind == EventKind.DROP_DATABASE || op.kind == EventKind.MOVE_PRIMARY;
        return op.ns.equals(ns)
                || op.target.equals(ns)
                || wholeDatabase && ns.startsWith(op.ns + ".");
    }

    private static boolean isCatalogued(EventKind kind) {
        return switch (kind) {
            case SHARD_COLLECTION,
                    CREATE_COLLECTION,
                    DROP_COLLECTION,
                    RENAME_COLLECTION,
                    REFINE_SHARD_KEY,
                    DROP_DATABASE,
                    CREATE_DATABASE,
                    MOVE_PRIMARY,
                    CONVERT_TO_CAPPED,
                    UNTRACK_COLLECTION,
                    UNKNOWN ->
                    true;
            default -> false;
        };
    }

    private static EventKind kindOf(String operation) {
        return switch (operation) {
            case "untrackUnsplittableCollection" -> EventKind.UNTRACK_COLLECTION;
            case "collMod" -> EventKind.COLL_MOD;
            case "dropIndexes" -> EventKind.DROP_INDEXES;
            case "movePrimary" -> EventKind.MOVE_PRIMARY;
            default -> Meaning.of(operation + ".start").kind();
        };
    }

    private static void addShards(Operation op, Fact.LogLine line) {
        RawDocument details = line.details();
        for (String name : new String[] {"from", "to", "primary"}) {
            String shard = details.find(name).flatMap(RawElement::string).orElse("");
            // Before 5.0 the primary is written as id:connection string.
            int colon = shard.indexOf(':');
            op.on(colon > 0 ? shard.substring(0, colon) : shard);
        }
        op.on(shardOf(line));
    }

    private static String shardOf(Fact.LogLine line) {
        return line.writer().equals("config") ? "" : line.writer();
    }
}
