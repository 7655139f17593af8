package io.tidemark.storage.base;

import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.layout.PartId;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.Namespace;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;

/**
 * A collection, view or time-series collection of a base.
 *
 * @param uuid the collection's; where the backup doesn't tell it, {@link #standInUuid}
 * @param uuidKnown false for a stand-in: the real one has to be learned from the oplog or is lost
 * @param options of {@code create}, as the server lists them; raw BSON, so types are exact
 * @param indexes as {@code listIndexes} gives them, raw; empty for views
 * @param parts range by range, within one in the order of their numbers, none missing; empty for
 *     views and empty collections
 */
public record BaseCollection(
        Namespace namespace,
        UUID uuid,
        boolean uuidKnown,
        Type type,
        RawDocument options,
        List<RawDocument> indexes,
        List<BasePart> parts) {
    /** What {@code listCollections} calls it. */
    public enum Type {
        COLLECTION,
        VIEW,
        TIMESERIES
    }

    public BaseCollection {
        indexes = List.copyOf(indexes);
        parts = List.copyOf(parts);
        PartId before = null;
        for (BasePart part : parts) {
            PartId id = part.id();
            boolean same = before != null && before.range() == id.range();
            boolean follows = before == null || same || before.range() < id.range();
            if (!follows || id.number() != (same ? before.number() + 1 : 0)) {
                throw new IllegalArgumentException(
                        "part " + id + " of " + namespace + " can't follow " + before);
            }
            before = id;
        }
    }

    /** For backups without UUIDs: the same for the same collection on every shard. */
    public static UUID standInUuid(ClusterName cluster, Namespace namespace) {
        String name = "tidemark:" + cluster + ":" + namespace;
        return UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8));
    }

    /** The same with these parts. */
    public BaseCollection with(List<BasePart> newParts) {
        return new BaseCollection(namespace, uuid, uuidKnown, type, options, indexes, newParts);
    }

    /** Of all documents. */
    public long rawBytes() {
        return parts.stream().mapToLong(BasePart::rawBytes).sum();
    }

    public long documents() {
        return parts.stream().mapToLong(BasePart::documents).sum();
    }
}
