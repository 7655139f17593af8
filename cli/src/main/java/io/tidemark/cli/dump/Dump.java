package io.tidemark.cli.dump;

import io.tidemark.cli.backupfile.BackupFile;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.Namespace;
import java.util.List;
import java.util.Optional;

/** The collections of one replica set as a tool dumped them. */
public interface Dump {
    /** In the order of their namespaces. */
    List<DumpedCollection> collections();

    /** The dump's own oplog: the entries of the time in which it was made. */
    Optional<BackupFile> oplog();

    /** Of the server that was dumped, if the dump tells. */
    Optional<String> serverVersion();

    /** How many collections are read at the same time, at most. */
    int mostOpen();

    /** The documents of {@code config.shards}, which the config servers' dump has. */
    List<RawDocument> shards();

    /**
     * The id of the shard that was dumped, by the identity that each shard's servers keep; empty of
     * a replica set that is no shard, and where the dump lacks it.
     */
    Optional<String> shardId();

    /** Files in it that hold documents of a collection and are not brought in. */
    default List<String> leftOut() {
        return List.of();
    }

    /**
     * Reads every document once, those of one collection in their order.
     *
     * @throws io.tidemark.cli.CommandFailure if what is read does not fit the dump's checksums, or
     *     is cut off
     */
    void read(Receiver receiver);

    /** Takes the documents. */
    interface Receiver {
        /**
         * @param file where it stands, for messages
         */
        void document(Namespace namespace, RawDocument document, BackupFile file);

        /** No further document of that collection comes. */
        void finished(Namespace namespace);
    }
}
