package io.tidemark.timeline.pair;

import io.tidemark.timeline.event.EventKind;
import java.util.HashMap;
import java.util.Map;

/**
 * What a changelog line's {@code what} means, over the versions 3.6 to 8.0 (server sources named in
 * {@code s/catalog} and {@code db/s}; names differ between versions).
 *
 * @param base the operation's name without its step
 */
record Meaning(EventKind kind, Step step, String base) {
    enum Step {
        START,
        /** On the way; neither start nor end. */
        NOTE,
        /** Took effect, and in some versions is the end. */
        COMMIT,
        END,
        FAIL,
        /** Happened at once. */
        POINT
    }

    private static final Map<String, Meaning> KNOWN = new HashMap<>();

    static {
        pair(EventKind.SHARD_COLLECTION, "shardCollection", "shardCollection.end");
        pair(EventKind.CREATE_COLLECTION, "createCollection", "createCollection.end");
        pair(EventKind.CREATE_DATABASE, "createDatabase", "createDatabase");
        pair(EventKind.DROP_COLLECTION, "dropCollection", "dropCollection");
        pair(EventKind.DROP_DATABASE, "dropDatabase", "dropDatabase");
        pair(
                EventKind.REFINE_SHARD_KEY,
                "refineCollectionShardKey",
                "refineCollectionShardKey.end");
        pair(EventKind.RENAME_COLLECTION, "renameCollection", "renameCollection.end");
        pair(EventKind.CONVERT_TO_CAPPED, "convertToCapped", "convertToCapped.end");
        pair(EventKind.UNTRACK_COLLECTION, "untrackCollection", "untrackCollection.end");
        pair(EventKind.SET_CLUSTER_PARAMETER, "setClusterParameter", "setClusterParameter.end");
        pair(EventKind.MOVE_PRIMARY, "movePrimary", "movePrimary.end");
        // 3.6 ends with the bare name, 4.2 to 6.x with commit, 7.0 and later with end.
        step(EventKind.MOVE_PRIMARY, Step.END, "movePrimary", "movePrimary");
        step(EventKind.MOVE_PRIMARY, Step.COMMIT, "movePrimary", "movePrimary.commit");
        step(EventKind.MOVE_PRIMARY, Step.NOTE, "movePrimary", "movePrimary.validating");
        step(EventKind.MOVE_PRIMARY, Step.FAIL, "movePrimary", "movePrimary.error");
        step(
                EventKind.RENAME_COLLECTION,
                Step.NOTE,
                "renameCollection",
                "renameCollection.metadata");
        point(EventKind.SPLIT, "split", "multi-split");
        point(EventKind.MERGE, "merge", "autoMerge");
        point(
                EventKind.BALANCING,
                "autoMerge.start",
                "autoMerge.end",
                "autoMerge.enable",
                "autoMerge.disable",
                "configureCollectionBalancing",
                "setPermitMigrations");
        point(EventKind.TECHNICAL, "Linearize CSRS reads", "Sharding minOpTime recovery");
    }

    /** Unknown words are read by their ending: new versions follow the same habit. */
    static Meaning of(String what) {
        Meaning known = KNOWN.get(what);
        if (known != null) {
            return known;
        }
        int dot = what.lastIndexOf('.');
        String base = dot > 0 ? what.substring(0, dot) : what;
        return switch (dot > 0 ? what.substring(dot + 1) : "") {
            case "start" -> new Meaning(EventKind.UNKNOWN, Step.START, base);
            case "end" -> new Meaning(EventKind.UNKNOWN, Step.END, base);
            case "commit" -> new Meaning(EventKind.UNKNOWN, Step.COMMIT, base);
            case "error" -> new Meaning(EventKind.UNKNOWN, Step.FAIL, base);
            default -> new Meaning(EventKind.UNKNOWN, Step.POINT, what);
        };
    }

    private static void pair(EventKind kind, String base, String end) {
        step(kind, Step.START, base, base + ".start");
        step(kind, Step.END, base, end);
    }

    private static void step(EventKind kind, Step step, String base, String what) {
        KNOWN.put(what, new Meaning(kind, step, base));
    }

    private static void point(EventKind kind, String... names) {
        for (String what : names) {
            KNOWN.put(what, new Meaning(kind, Step.POINT, what));
        }
    }
}
