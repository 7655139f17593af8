package io.tidemark.cli.audit;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Gap;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.oplog.OplogEntry;

/** What one replica set's record holds at one place. */
sealed interface AuditRecord {
    ReplicaSet replicaSet();

    ClusterTime at();

    /** An entry of the oplog. */
    record Written(ReplicaSet replicaSet, OplogEntry entry) implements AuditRecord {
        @Override
        public ClusterTime at() {
            return entry.clusterTime();
        }
    }

    /** Entries that nobody has: an audit that crosses it is not whole. */
    record Missing(ReplicaSet replicaSet, Gap gap) implements AuditRecord {
        @Override
        public ClusterTime at() {
            return gap.through();
        }
    }
}
