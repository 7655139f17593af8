package io.tidemark.capture.tail;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Incarnation;

/**
 * The oplog of one replica set, read only as far as a majority of members holds it: such entries
 * are never rolled back. Used by one thread at a time.
 *
 * <p>Every method throws {@link SourceUnavailableException} if nobody answers (try again later) and
 * {@link SourceRefusedException} if the server refuses to (a person must act).
 */
public interface OplogSource extends AutoCloseable {
    /** {@code settings.replicaSetId} of the replica set's configuration, asked anew each time. */
    Incarnation incarnation();

    /** The members that hold data, asked anew each time. */
    OplogMembers members();

    /** What the member's oplog holds now. */
    OplogWindow window(OplogMember member);

    /**
     * A cursor at the first entry at or after {@code from}. The member may have none yet.
     *
     * @throws OplogLostException if the member can tell that its oplog begins after {@code from}
     */
    OplogCursor open(OplogMember member, ClusterTime from);

    /** Idempotent; never throws. */
    @Override
    void close();
}
