package io.tidemark.restore.plan;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.storage.catalogue.ArchivedReplicaSet;
import java.util.Comparator;
import java.util.Optional;

/**
 * What a replica set's restore could begin with: a base, or the birth of one of its lives.
 *
 * @param base empty for the birth
 * @param usableFrom the earliest time it serves
 */
record Start(ArchivedReplicaSet life, Optional<BaseFacts> base, ClusterTime usableFrom) {
    /** The newest first: least to replay. Births come last. */
    static final Comparator<Start> BEST_FIRST =
            Comparator.comparing((Start start) -> start.base().isEmpty())
                    .thenComparing(Start::usableFrom, Comparator.reverseOrder());

    static Start of(ArchivedReplicaSet life, BaseFacts base) {
        return new Start(life, Optional.of(base), base.usableFrom());
    }

    /** Replay needs the entries after this time. */
    ClusterTime replayAfter() {
        return base.map(BaseFacts::replayAfter).orElse(ClusterTime.ZERO);
    }

    /** Where the other one's chain breaks, this one's does too. */
    boolean needsAllOf(Start other) {
        return life.equals(other.life()) && !replayAfter().isAfter(other.replayAfter());
    }

    boolean hasBegun(ClusterTime time) {
        return !time.isBefore(usableFrom);
    }
}
