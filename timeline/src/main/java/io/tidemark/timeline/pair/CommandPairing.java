package io.tidemark.timeline.pair;

import io.tidemark.timeline.event.EventKind;
import io.tidemark.timeline.event.Outcome;
import io.tidemark.timeline.tag.Fact;
import java.util.List;
import java.util.Optional;

/**
 * DDL commands in the replica sets' own oplogs. A command is atomic on its shard; sent to several
 * shards it leaves a time in which they disagree. Where a coordinator or a changelog line accounts
 * for it, it is that operation's evidence; else equal commands on several shards, one soon after
 * the other, are grouped.
 */
final class CommandPairing {
    private static final String GROUP = "cmd|";

    /** Every replica set has a database of this name of its own. */
    private static final String ADMIN = "admin.";

    private final Operations operations;
    private final Catalogue catalogue;

    CommandPairing(Operations operations, Catalogue catalogue) {
        this.operations = operations;
        this.catalogue = catalogue;
    }

    void command(Moment moment, Fact.Command command) {
        if (command.fromMigrate()) {
            cleanUp(moment, command);
            return;
        }
        switch (command.name()) {
            case "startIndexBuild" ->
                    command.indexes().forEach(index -> buildStarts(moment, command, index));
            case "commitIndexBuild", "abortIndexBuild" ->
                    command.indexes().forEach(index -> buildEnds(moment, command, index));
            case "createIndexes" -> {
                if (!attach(moment, command, EventKind.INDEX_BUILD)) {
                    indexAtOnce(moment, command);
                }
            }
            default -> {
                EventKind kind = kindOf(command.name());
                if (!attach(moment, command, kind)) {
                    group(moment, command, kind);
                }
            }
        }
    }

    /** A marker is evidence for an operation under way on its namespace; alone it says little. */
    void marker(Moment moment, Fact.Marker marker) {
        for (Operation op : operations.open()) {
            boolean reshardings =
                    !marker.reshardingUuid().isEmpty() && op.key.endsWith(marker.reshardingUuid());
            boolean named =
                    op.ns.equals(marker.ns())
                            && (op.what.equals(marker.name())
                                    || op.kind == EventKind.MOVE_CHUNK
                                            && marker.name().startsWith("migrate"));
            if (reshardings || named) {
                op.saw(moment, "noop " + marker.name());
            }
        }
    }

    static String groupKey(EventKind kind, String ns, String detail) {
        return GROUP + kind.code() + "|" + ns + "|" + detail;
    }

    static boolean isGroup(Operation op) {
        return op.key.startsWith(GROUP);
    }

    private boolean attach(Moment moment, Fact.Command command, EventKind kind) {
        Optional<Operation> owner =
                operations.open().stream()
                        .filter(op -> !isGroup(op) && accountsFor(op, kind))
                        .filter(
                                op ->
                                        DdlPairing.concerns(op, command.ns())
                                                || DdlPairing.concerns(op, command.detail()))
                        .findFirst();
        owner.ifPresent(
                op -> {
                    op.on(moment.shard()).saw(moment, command.name());
                    if (op.coordinated && op.kind == kind && op.hint == Outcome.UNKNOWN) {
                        // Where no line says how it ended: it did take effect.
                        op.hint = Outcome.COMPLETED;
                    }
                    copies(moment, op, command);
                });
        return owner.isPresent();
    }

    private static boolean accountsFor(Operation op, EventKind command) {
        return switch (op.kind) {
            case DROP_DATABASE ->
                    command == EventKind.DROP_COLLECTION || command == EventKind.DROP_DATABASE;
            case MOVE_PRIMARY ->
                    command == EventKind.DROP_COLLECTION
                            || command == EventKind.CREATE_COLLECTION
                            || command == EventKind.INDEX_BUILD;
            case SHARD_COLLECTION, CREATE_COLLECTION ->
                    command == EventKind.CREATE_COLLECTION || command == EventKind.INDEX_BUILD;
            case RENAME_COLLECTION ->
                    command == EventKind.RENAME_COLLECTION || command == EventKind.DROP_COLLECTION;
            case CONVERT_TO_CAPPED ->
                    command == EventKind.CONVERT_TO_CAPPED
                            || command == EventKind.RENAME_COLLECTION
                            || command == EventKind.CREATE_COLLECTION;
            case DROP_COLLECTION, COLL_MOD, DROP_INDEXES, REFINE_SHARD_KEY -> op.kind == command;
            default -> false;
        };
    }

    /** The servers' own commands count only as steps of a movePrimary. */
    private void cleanUp(Moment moment, Fact.Command command) {
        for (Operation op : operations.open()) {
            if (op.kind == EventKind.MOVE_PRIMARY && DdlPairing.concerns(op, command.ns())) {
                copies(moment, op, command);
            }
        }
    }

    /** A movePrimary is over when each collection that was copied is gone from the old primary. */
    private void copies(Moment moment, Operation op, Fact.Command command) {
        if (op.kind != EventKind.MOVE_PRIMARY) {
            return;
        }
        if (op.softEnd == null) {
            if (command.name().equals("create")) {
                op.copies.add(command.ns());
            }
            return;
        }
        op.saw(moment, command.name() + " of the old copy");
        op.copies.remove(command.ns());
        op.maybeOver(moment.at(), operations.afterCommit(op));
    }

    /** A collection leaves the catalogue and no line or coordinator says why. */
    void unnamedDrop(Moment moment, String ns, String step) {
        joinDrop(moment, ns, step);
    }

    private void group(Moment moment, Fact.Command command, EventKind kind) {
        if (kind == EventKind.RENAME_COLLECTION && isDroppedElsewhere(moment, command.detail())) {
            // The rename replaces a collection whose other parts are being dropped.
            joinDrop(moment, command.detail(), command.name());
        }
        String key = groupKey(kind, scoped(moment, command.ns()), command.detail());
        Operation op = joinable(moment, key);
        if (op == null) {
            op = new Operation(moment, kind, key, command.name(), command.ns());
            op.target = kind == EventKind.RENAME_COLLECTION ? command.detail() : "";
            operations.begin(op);
        }
        step(moment, op, command.name(), isLocal(kind, command.ns()));
    }

    private boolean isDroppedElsewhere(Moment moment, String ns) {
        return operations
                .find(dropKey(scoped(moment, ns)))
                .filter(op -> !op.shards.contains(moment.shard()))
                .isPresent();
    }

    private void joinDrop(Moment moment, String ns, String step) {
        String key = dropKey(scoped(moment, ns));
        Operation op = joinable(moment, key);
        if (op == null) {
            op =
                    operations.begin(
                            new Operation(moment, EventKind.DROP_COLLECTION, key, "drop", ns));
        }
        step(moment, op, step, true);
    }

    private void step(Moment moment, Operation op, String step, boolean local) {
        op.on(moment.shard()).saw(moment, step);
        if (!local || op.shards.size() > 1) {
            op.critical(op.from);
        }
        op.decided(moment.at(), Outcome.COMPLETED);
        op.maybeOver(moment.at(), operations.limits().settle());
    }

    /**
     * True if no other shard is expected to follow: the collection is unsharded, or the command is
     * one for which sharded collections have changelog lines of their own.
     */
    private boolean isLocal(EventKind kind, String ns) {
        return switch (kind) {
            case CREATE_COLLECTION,
                    DROP_COLLECTION,
                    RENAME_COLLECTION,
                    DROP_DATABASE,
                    CONVERT_TO_CAPPED ->
                    true;
            default -> ns.startsWith(ADMIN) || catalogue.isUnsharded(ns);
        };
    }

    private static String scoped(Moment moment, String ns) {
        return ns.startsWith(ADMIN) ? ns + "@" + moment.replicaSet() : ns;
    }

    private static String dropKey(String ns) {
        return groupKey(EventKind.DROP_COLLECTION, ns, "");
    }

    /** The same command on the same shard again is another operation, not a step of this one. */
    private Operation joinable(Moment moment, String key) {
        Operation op = operations.find(key).orElse(null);
        if (op != null && op.waitingFor.isEmpty() && op.shards.contains(moment.shard())) {
            operations.close(op, op.softEnd, op.hint);
            return null;
        }
        return op;
    }

    private void indexAtOnce(Moment moment, Fact.Command command) {
        String key = buildKey(moment, command, command.detail());
        Operation op = joinable(moment, key);
        Operation build = op == null ? beginBuild(moment, command, key) : op;
        boolean local =
                isLocal(EventKind.INDEX_BUILD, command.ns()) || isCreatedHere(moment, command.ns());
        step(moment, build, command.name(), local);
    }

    /**
     * Whether the collection came into being a moment ago, on this shard alone and unsharded: an
     * index that comes with it, as a time series' own does, reaches no other shard.
     */
    private boolean isCreatedHere(Moment moment, String ns) {
        return !catalogue.names(ns)
                && operations
                        .find(groupKey(EventKind.CREATE_COLLECTION, scoped(moment, ns), ""))
                        .filter(op -> op.shards.equals(List.of(moment.shard())))
                        .isPresent();
    }

    /**
     * One shard may build several indexes at once where another, whose part of the collection is
     * empty, makes them one by one: each index counts for itself.
     */
    private static String buildKey(Moment moment, Fact.Command command, String index) {
        return groupKey(EventKind.INDEX_BUILD, scoped(moment, command.ns()), index);
    }

    private void buildStarts(Moment moment, Fact.Command command, String index) {
        String key = buildKey(moment, command, index);
        Operation op = joinable(moment, key);
        Operation build = op == null ? beginBuild(moment, command, key) : op;
        build.waitingFor.add(moment.token(command.build()));
        build.on(moment.shard()).saw(moment, command.name());
    }

    private void buildEnds(Moment moment, Fact.Command command, String index) {
        String key = buildKey(moment, command, index);
        Operation known = operations.find(key).orElse(null);
        Operation build = known == null ? beginBuild(moment, command, key) : known;
        boolean committed = command.name().equals("commitIndexBuild");
        if (known == null) {
            build.startSeen = false;
            build.from = operations.earliestBefore(moment.at());
        }
        build.waitingFor.remove(moment.token(command.build()));
        build.on(moment.shard()).saw(moment, command.name());
        if (committed) {
            if (build.shards.size() > 1 || !isLocal(EventKind.INDEX_BUILD, command.ns())) {
                build.critical(moment.at());
            }
            build.decided(moment.at(), Outcome.COMPLETED);
        } else if (build.hint != Outcome.COMPLETED) {
            build.hint = Outcome.ABORTED;
        }
        build.maybeOver(moment.at(), operations.limits().settle());
    }

    private Operation beginBuild(Moment moment, Fact.Command command, String key) {
        Operation build =
                new Operation(moment, EventKind.INDEX_BUILD, key, "indexBuild", command.ns());
        String id = build.id;
        for (int more = 2; operations.isTaken(build.id); more++) {
            build.id = id + "-" + more;
        }
        return operations.begin(build);
    }

    private static EventKind kindOf(String command) {
        return switch (command) {
            case "create" -> EventKind.CREATE_COLLECTION;
            case "drop" -> EventKind.DROP_COLLECTION;
            case "dropDatabase" -> EventKind.DROP_DATABASE;
            case "renameCollection" -> EventKind.RENAME_COLLECTION;
            case "collMod" -> EventKind.COLL_MOD;
            case "dropIndexes", "deleteIndex", "deleteIndexes", "dropIndex" ->
                    EventKind.DROP_INDEXES;
            case "convertToCapped", "emptycapped" -> EventKind.CONVERT_TO_CAPPED;
            default -> EventKind.UNKNOWN;
        };
    }
}
