package io.tidemark.restore.replay;

import io.tidemark.restore.RestoreException;
import io.tidemark.restore.replay.update.InvalidUpdateException;
import io.tidemark.restore.replay.update.OplogUpdate;
import io.tidemark.schemas.bson.FieldWalk;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.bson.RawElement;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Namespace;
import io.tidemark.schemas.oplog.OplogEntry;
import java.util.Optional;
import java.util.UUID;

/**
 * One change: an entry of its own, or an element of an {@code applyOps}.
 *
 * @param op i, u, d, c, n or unknown
 * @param ns as it was at the time of the entry
 * @param at the cluster time of the entry that carries it
 */
public record Operation(
        String op,
        String ns,
        Optional<UUID> uuid,
        RawDocument o,
        Optional<RawDocument> o2,
        ClusterTime at) {

    public static Operation of(OplogEntry entry) {
        return new Operation(
                entry.op(),
                entry.ns(),
                entry.collectionUuid(),
                entry.o(),
                entry.o2(),
                entry.clusterTime());
    }

    /**
     * @param element of the array {@code applyOps}; {@code at} is the entry's cluster time
     */
    static Operation ofElement(RawDocument element, ClusterTime at) {
        Optional<String> op = Optional.empty();
        Optional<String> ns = Optional.empty();
        Optional<UUID> uuid = Optional.empty();
        Optional<RawDocument> o = Optional.empty();
        Optional<RawDocument> o2 = Optional.empty();
        FieldWalk walk = element.walk();
        while (walk.next()) {
            if (walk.isNamed("op")) {
                op = Optional.of(OplogEntry.kindOf(walk.element()));
            } else if (walk.isNamed("ns")) {
                ns = walk.element().string();
            } else if (walk.isNamed("ui")) {
                uuid = walk.element().uuid();
            } else if (walk.isNamed("o")) {
                o = walk.element().document();
            } else if (walk.isNamed("o2")) {
                o2 = walk.element().document();
            }
        }
        if (o.isEmpty()) {
            throw new RestoreException.ArchiveDamaged(
                    "An operation of the applyOps at " + at + " has no o: no server wrote it.");
        }
        return new Operation(op.orElse(""), ns.orElse(""), uuid, o.get(), o2, at);
    }

    boolean isCommand() {
        return op.equals("c");
    }

    boolean isCrud() {
        return op.equals("i") || op.equals("u") || op.equals("d");
    }

    /** The command's name, the first key of {@code o}. */
    String command() {
        return o.first().map(RawElement::name).orElse("");
    }

    /** True of an update for which the document as it was does not matter. */
    boolean isReplacement() {
        return new OplogUpdate(o).isReplacement();
    }

    /**
     * The document as this update leaves it.
     *
     * @param before the document as it was; a missing one starts from its {@code _id}
     * @throws RestoreException.ArchiveDamaged if no server could apply it either
     */
    RawDocument appliedTo(Optional<RawDocument> before) {
        try {
            return RawDocument.of(new OplogUpdate(o).apply(documentId(), before));
        } catch (InvalidUpdateException unreadable) {
            throw new RestoreException.ArchiveDamaged(
                    "Entry "
                            + at
                            + " on "
                            + ns
                            + " updates the document "
                            + o2.map(key -> key.toBson().toJson()).orElse("?")
                            + " in a way that no server reads: "
                            + unreadable.getMessage()
                            + ". It is damaged, or of a server newer than this version of Tidemark"
                            + " knows. Restore to a time before it, or use a newer version.",
                    unreadable);
        }
    }

    Optional<Namespace> namespace() {
        return Namespace.parse(ns);
    }

    /** {@code _id} of the document that an i, u or d is about. */
    RawElement documentId() {
        Optional<RawElement> id =
                op.equals("u") ? o2.flatMap(key -> key.find("_id")) : o.find("_id");
        return id.orElseThrow(
                () ->
                        new RestoreException.ArchiveDamaged(
                                "The operation '"
                                        + op
                                        + "' at "
                                        + at
                                        + " on "
                                        + ns
                                        + " names no _id, so no server wrote it."));
    }
}
