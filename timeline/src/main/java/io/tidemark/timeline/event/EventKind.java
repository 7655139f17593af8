package io.tidemark.timeline.event;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/**
 * What can happen to a sharded cluster's layout, catalogue or members.
 *
 * <p>{@link #exactUnsafe}: a cut by cluster time inside the operation would restore a cluster with
 * the operation half done and nobody to finish it. {@link #strictUnsafe}: the simpler rule that
 * refuses every migration and every DDL operation. Chunk migrations differ: a cut by cluster time
 * is complete for the owners that {@code config.chunks} names at that time.
 */
public enum EventKind {
    MOVE_CHUNK("moveChunk", false, true),
    MOVE_PRIMARY("movePrimary", true, true),
    SHARD_COLLECTION("shardCollection", true, true),
    RESHARD_COLLECTION("reshardCollection", true, true),
    UNSHARD_COLLECTION("unshardCollection", true, true),
    MOVE_COLLECTION("moveCollection", true, true),
    REFINE_SHARD_KEY("refineCollectionShardKey", true, true),
    CREATE_COLLECTION("createCollection", true, true),
    DROP_COLLECTION("dropCollection", true, true),
    RENAME_COLLECTION("renameCollection", true, true),
    CREATE_DATABASE("createDatabase", false, true),
    DROP_DATABASE("dropDatabase", true, true),
    COLL_MOD("collMod", true, true),
    INDEX_BUILD("indexBuild", true, true),
    DROP_INDEXES("dropIndexes", true, true),
    CONVERT_TO_CAPPED("convertToCapped", true, true),
    UNTRACK_COLLECTION("untrackCollection", true, true),
    ADD_SHARD("addShard", true, true),
    REMOVE_SHARD("removeShard", true, true),
    SET_FCV("setFeatureCompatibilityVersion", true, true),
    PREPARED_TRANSACTION("preparedTransaction", true, true),
    SPLIT("split", false, false),
    MERGE("merge", false, false),
    BALANCING("balancing", false, false),
    SET_CLUSTER_PARAMETER("setClusterParameter", false, false),
    TECHNICAL("technical", false, false),
    /** A changelog line, command or coordinator that this version doesn't know; shown as it is. */
    UNKNOWN("unknown", true, true);

    private final String code;
    private final boolean exactUnsafe;
    private final boolean strictUnsafe;

    EventKind(String code, boolean exactUnsafe, boolean strictUnsafe) {
        this.code = code;
        this.exactUnsafe = exactUnsafe;
        this.strictUnsafe = strictUnsafe;
    }

    /** The name in JSON, on topics and in ids; a documented contract. */
    public String code() {
        return code;
    }

    /**
     * The kinds whose names begin with {@code text}, in any case: {@code drop} means drops of
     * collections, databases and indexes.
     *
     * @throws IllegalArgumentException if there is none, naming them all
     */
    public static Set<EventKind> named(String text) {
        String start = text.toLowerCase(Locale.ROOT);
        Set<EventKind> kinds = EnumSet.noneOf(EventKind.class);
        for (EventKind kind : values()) {
            if (!text.isEmpty() && kind.code.toLowerCase(Locale.ROOT).startsWith(start)) {
                kinds.add(kind);
            }
        }
        if (kinds.isEmpty()) {
            throw new IllegalArgumentException(
                    "'"
                            + text
                            + "' is no kind of event; kinds are "
                            + String.join(
                                    ", ", Arrays.stream(values()).map(EventKind::code).toList())
                            + ", or the beginning of such a name");
        }
        return kinds;
    }

    /** True if collections are gone afterwards. */
    public boolean isDrop() {
        return this == DROP_COLLECTION || this == DROP_DATABASE;
    }

    /** Unsafe from {@link Span#criticalFrom} until it ends, under policy exact. */
    public boolean exactUnsafe() {
        return exactUnsafe;
    }

    /** Unsafe from its start until it ends, under policy strict. */
    public boolean strictUnsafe() {
        return strictUnsafe;
    }
}
