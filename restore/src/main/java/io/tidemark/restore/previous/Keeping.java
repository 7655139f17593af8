package io.tidemark.restore.previous;

import io.tidemark.restore.accounts.AccountRestore;
import io.tidemark.restore.previous.KeptCollection.How;
import io.tidemark.restore.target.HeldCollection;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.Namespace;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.ToLongFunction;

/**
 * Decides how what is in the way of a restore is kept: by a rename, which costs nothing, unless the
 * restore may create a collection of that UUID, or the target's cluster knows the collection by it.
 *
 * @param token in the names, to tell restores apart
 * @param created what the restore may create
 * @param clusters UUIDs in the metadata of the target's own cluster; none where it has none
 * @param choosesUuids whether the target can create a collection with a given UUID; where it can't,
 *     no restore ever takes one for another
 * @param accounts whether the restore puts users and roles
 * @param sizes of collections, in bytes
 */
public record Keeping(
        String token,
        CreatedCollections created,
        Set<UUID> clusters,
        boolean choosesUuids,
        boolean accounts,
        ToLongFunction<Namespace> sizes) {
    private static final Set<String> METADATA =
            Set.of("chunks", "collections", "databases", "settings", "shards", "tags", "version");

    public Keeping {
        clusters = Set.copyOf(clusters);
    }

    /**
     * What is kept, and why some of it can't be.
     *
     * @param reasons words that go on from "it"
     */
    public record Decision(KeptPrevious kept, List<String> reasons) {
        public static final Decision NOTHING = new Decision(KeptPrevious.NOTHING, List.of());
    }

    /**
     * @param held all that the target holds
     * @param inTheWay what goes of it
     * @param configServer whether the cluster's metadata are changed there
     */
    public Decision decide(
            List<HeldCollection> held, Collection<Namespace> inTheWay, boolean configServer) {
        Set<Namespace> go = new HashSet<>(inTheWay);
        List<KeptCollection> kept = new ArrayList<>();
        List<String> reasons = new ArrayList<>();
        for (HeldCollection collection : held) {
            Namespace name = collection.namespace();
            if (go.contains(name)) {
                refusal(collection).ifPresent(reasons::add);
                if (!name.collection().equals("system.views")) {
                    kept.add(decide(collection));
                }
            } else if (configServer && isMetadata(name)) {
                kept.add(kept(collection, How.METADATA, Optional.empty()));
            } else if (accounts && AccountRestore.COLLECTIONS.contains(name)) {
                kept.add(kept(collection, How.ACCOUNTS, Optional.empty()));
            }
        }
        if (accounts) {
            addAbsent(held, kept);
        }
        return reasons.isEmpty()
                ? new Decision(new KeptPrevious(token, !clusters.isEmpty(), kept, false), List.of())
                : new Decision(KeptPrevious.NOTHING, reasons);
    }

    private static void addAbsent(List<HeldCollection> held, List<KeptCollection> kept) {
        for (Namespace name : AccountRestore.COLLECTIONS) {
            if (held.stream().noneMatch(collection -> collection.namespace().equals(name))) {
                kept.add(
                        new KeptCollection(
                                name,
                                name,
                                How.ABSENT,
                                Optional.empty(),
                                0,
                                Optional.empty(),
                                false));
            }
        }
    }

    static boolean isMetadata(Namespace name) {
        return name.database().equals("config") && METADATA.contains(name.collection());
    }

    private static Optional<String> refusal(HeldCollection collection) {
        String name = collection.namespace().collection();
        boolean series = collection.isTimeSeries() || name.startsWith("system.buckets.");
        if (!series && (!name.startsWith("system.") || name.equals("system.views"))) {
            return Optional.empty();
        }
        return Optional.of(
                "it can't keep "
                        + collection.namespace()
                        + (series
                                ? ": servers rename no time-series collection, and no command of"
                                        + " theirs leads a copy of one back exactly"
                                : ", which servers don't rename")
                        + ". Copy it yourself (mongodump), and drop it or leave out"
                        + " --keep-previous");
    }

    private KeptCollection decide(HeldCollection collection) {
        if (collection.isView()) {
            return kept(collection, How.DEFINED, Optional.empty());
        }
        if (!choosesUuids) {
            return kept(collection, How.RENAMED, Optional.empty());
        }
        Optional<UUID> uuid = collection.uuid();
        if (uuid.filter(clusters::contains).isPresent()) {
            return kept(collection, How.COPIED, uuid.map(own -> copyOf(own, token)));
        }
        boolean safe = uuid.filter(own -> !created.mayUse(own)).isPresent();
        return kept(collection, safe ? How.RENAMED : How.COPIED, Optional.empty());
    }

    private KeptCollection kept(HeldCollection held, How how, Optional<UUID> copyUuid) {
        Namespace name = held.namespace();
        boolean view = how == How.DEFINED;
        boolean copied = !view && how != How.RENAMED;
        Optional<RawDocument> definition = view ? Optional.of(held.options()) : Optional.empty();
        return new KeptCollection(
                name,
                view ? name : PreviousNames.of(name, token),
                how,
                copyUuid,
                copied ? sizes.applyAsLong(name) : 0,
                definition,
                false);
    }

    /**
     * The UUID of the copies of a collection that lies on several shards: on all of them the same,
     * as their cluster wants it, without anybody telling the others.
     */
    static UUID copyOf(UUID uuid, String token) {
        UUID hash =
                UUID.nameUUIDFromBytes(
                        ("tidemark previous " + token + " " + uuid)
                                .getBytes(StandardCharsets.UTF_8));
        // As if it were random: version 4.
        long version = hash.getMostSignificantBits() & ~0xF000L | 0x4000L;
        return new UUID(version, hash.getLeastSignificantBits());
    }
}
