package io.tidemark.capture.operation;

import io.tidemark.schemas.model.ClusterTime;
import java.util.Optional;

/**
 * A lock as a majority of the config servers had it.
 *
 * @param holder empty if it is free
 * @param token of the present or last holder; 0 if there never was one
 * @param heartbeat the holder's last one, in cluster time
 * @param now the config servers' cluster time when it was seen
 */
public record LockSighting(
        LockName name,
        Optional<LockHolder> holder,
        long token,
        ClusterTime heartbeat,
        ClusterTime now) {
    public boolean isFree() {
        return holder.isEmpty();
    }

    public boolean isHeldBy(String owner) {
        return holder.isPresent() && holder.get().owner().equals(owner);
    }

    public boolean isFor(OperationId operation) {
        return holder.isPresent() && holder.get().operation().equals(operation);
    }

    /** Whether nobody has touched the lock between the two. */
    boolean isSameAs(LockSighting other) {
        return token == other.token
                && heartbeat.equals(other.heartbeat)
                && holder.equals(other.holder);
    }

    long ageSeconds() {
        return now.seconds() - heartbeat.seconds();
    }

    /** Greater than every token before, also if someone deleted the lock's document by hand. */
    public long nextToken() {
        return Math.max(token + 1, now.seconds() * 1_000_000L);
    }
}
