package io.tidemark.restore.replay.ddl;

import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.Namespace;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** What a command entry ({@code op: "c"}) other than a transaction's asks for. */
public sealed interface DdlCommand {
    /**
     * @param options without the name and without what a server makes up itself
     */
    record Create(Namespace namespace, RawDocument options) implements DdlCommand {}

    record Drop(Namespace namespace) implements DdlCommand {}

    record DropDatabase(String database) implements DdlCommand {}

    /**
     * @param dropTarget the UUID of the collection that {@code to} named before, if that one goes
     * @param dropsTarget true where a collection in the way goes, whatever its UUID
     */
    record Rename(Namespace from, Namespace to, Optional<UUID> dropTarget, boolean dropsTarget)
            implements DdlCommand {}

    /**
     * @param changes the fields about the collection itself; may be empty
     * @param index the change of one index
     */
    record CollMod(Namespace namespace, RawDocument changes, Optional<RawDocument> index)
            implements DdlCommand {}

    /** Indexes that exist from here on. */
    record AddIndexes(Namespace namespace, List<RawDocument> specifications)
            implements DdlCommand {}

    /**
     * @param name or {@code *} for all
     */
    record DropIndexes(Namespace namespace, Optional<String> name, Optional<RawDocument> key)
            implements DdlCommand {}

    record ConvertToCapped(Namespace namespace, long sizeBytes) implements DdlCommand {}

    /** A capped collection loses all documents (test servers only). */
    record Empty(Namespace namespace) implements DdlCommand {}

    /** Changes nothing that is restored. */
    record Ignored(String command) implements DdlCommand {}

    /** Can't be replayed; the reason is for the operator. */
    record Refused(String reason) implements DdlCommand {}

    /**
     * @param ns the entry's namespace, {@code db.$cmd}
     */
    static DdlCommand of(String ns, RawDocument o) {
        return new DdlReader(ns, o).read();
    }
}
