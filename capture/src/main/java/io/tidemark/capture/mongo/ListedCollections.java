package io.tidemark.capture.mongo;

import io.tidemark.capture.snapshot.SnapshotSource.Listed;
import io.tidemark.capture.tail.SourceRefusedException;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.Namespace;
import java.util.Optional;
import java.util.UUID;

/** What {@code listCollections} tells of one collection. */
final class ListedCollections {
    private ListedCollections() {}

    /**
     * Empty of a view; a time-series collection is one, over its buckets, which are listed too.
     *
     * @throws SourceRefusedException of a time-series collection that is none: the server keeps its
     *     buckets in itself (as those of 9.0 will), and reading it gives measurements, over which
     *     no entry of the oplog could be replayed
     */
    static Optional<Listed> of(String database, RawDocument listed) {
        Namespace namespace = Namespace.of(database + "." + listed.string("name").orElseThrow());
        Optional<UUID> uuid =
                listed.document("info").flatMap(i -> i.find("uuid")).flatMap(u -> u.uuid());
        boolean series = listed.string("type").filter("timeseries"::equals).isPresent();
        if (series && uuid.isPresent()) {
            throw new SourceRefusedException(
                    "Time-series collection "
                            + namespace
                            + " is kept without a system.buckets collection, in the form of servers"
                            + " from 9.0 on. A base of it would hold measurements where the oplog"
                            + " writes buckets, and could not be restored. No base was taken; its"
                            + " oplog is captured all the same.");
        }
        return uuid.map(id -> new Listed(namespace, id, listed.document("options").orElseThrow()));
    }
}
