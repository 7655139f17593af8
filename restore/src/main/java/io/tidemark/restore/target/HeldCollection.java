package io.tidemark.restore.target;

import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.Namespace;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * A collection or view of a target, as it lists it.
 *
 * @param type {@code collection}, {@code view} or {@code timeseries}
 * @param indexes all of them, that of {@code _id} too; empty for views
 */
public record HeldCollection(
        Namespace namespace,
        String type,
        Optional<UUID> uuid,
        RawDocument options,
        List<RawDocument> indexes) {
    public HeldCollection {
        indexes = List.copyOf(indexes);
    }

    /** The same under another name. */
    public HeldCollection named(Namespace other) {
        return new HeldCollection(other, type, uuid, options, indexes);
    }

    public boolean isView() {
        return type.equals("view");
    }

    /** Its documents lie in a collection of their own, which is listed too. */
    public boolean isTimeSeries() {
        return type.equals("timeseries");
    }
}
