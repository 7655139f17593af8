package io.tidemark.restore.previous;

import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.Namespace;
import java.util.Optional;
import java.util.UUID;

/**
 * One collection or view that was there before a restore, and how it is kept.
 *
 * @param place the name that it is kept under; its own of a view, and of what was not there
 * @param copyUuid the UUID that its copy gets, where all shards' copies need the same
 * @param bytes room that it takes on the volume, as far as the server tells; 0 unless copied
 * @param definition of a view, as {@code create} takes it
 * @param whole whether its copy is there, and was compared
 */
public record KeptCollection(
        Namespace name,
        Namespace place,
        How how,
        Optional<UUID> copyUuid,
        long bytes,
        Optional<RawDocument> definition,
        boolean whole) {
    /** How it is kept. */
    public enum How {
        /** It gets another name. */
        RENAMED,
        /** Its documents, options and indexes are copied, as the restore needs its UUID. */
        COPIED,
        /** A view: it is made anew out of its definition. */
        DEFINED,
        /** A collection of {@code config}: a copy, beside the one that the restore changes. */
        METADATA,
        /** Users or roles: a copy, beside those among which the restore puts the source's. */
        ACCOUNTS,
        /** Users or roles that the target had none of: those that come go again. */
        ABSENT
    }

    /** The same, which the server doesn't rename. */
    KeptCollection copied() {
        return new KeptCollection(
                name, place, How.COPIED, Optional.empty(), bytes, definition, whole);
    }

    /** The same, copied and compared. */
    KeptCollection asWhole() {
        return new KeptCollection(name, place, how, copyUuid, bytes, definition, true);
    }

    /** Whether it is, or will be, a copy. */
    boolean isCopy() {
        return how == How.COPIED || how == How.METADATA || how == How.ACCOUNTS;
    }

    /** Whether its name is the restore's; what is changed where it is stays among what is there. */
    public boolean makesRoom() {
        return isAside() || how == How.DEFINED;
    }

    /** Whether another collection holds what it held; else it stays, or can be made again. */
    public boolean isAside() {
        return how == How.COPIED || how == How.RENAMED;
    }
}
