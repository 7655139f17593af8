package io.tidemark.restore.replay.transaction;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.oplog.OplogEntry;

/** Reads one entry again, which has been read before. */
public interface EntryLookup {
    /**
     * @throws io.tidemark.restore.RestoreException.ArchiveDamaged if it is not there any more
     */
    OplogEntry entry(ClusterTime at);
}
