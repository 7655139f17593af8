package io.tidemark.capture.operation;

import io.tidemark.schemas.model.ClusterTime;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** Locks of one JVM. */
final class InMemoryLocks implements Locks {
    private record Document(Optional<LockHolder> holder, long token, ClusterTime heartbeat) {}

    private static final Document NONE = new Document(Optional.empty(), 0, ClusterTime.ZERO);
    private final Map<LockName, Document> documents = new HashMap<>();
    private final Supplier<ClusterTime> clusterTime;

    /**
     * @param clusterTime ticks with each call
     */
    InMemoryLocks(Supplier<ClusterTime> clusterTime) {
        this.clusterTime = clusterTime;
    }

    @Override
    public synchronized LockSighting look(LockName name) {
        Document d = documents.getOrDefault(name, NONE);
        return new LockSighting(name, d.holder(), d.token(), d.heartbeat(), clusterTime.get());
    }

    @Override
    public synchronized Optional<LockSighting> take(LockSighting seen, LockClaim claim) {
        LockSighting now = look(seen.name());
        if (!now.isSameAs(seen)) {
            return Optional.empty();
        }
        LockHolder holder =
                new LockHolder(claim.operation(), claim.kind(), claim.owner(), now.now());
        documents.put(seen.name(), new Document(Optional.of(holder), seen.nextToken(), now.now()));
        return Optional.of(look(seen.name()));
    }

    @Override
    public synchronized boolean beat(LockName name, String owner, long token) {
        Document d = documents.getOrDefault(name, NONE);
        if (!isHeldBy(d, owner, token)) {
            return false;
        }
        documents.put(name, new Document(d.holder(), token, clusterTime.get()));
        return true;
    }

    @Override
    public synchronized void release(LockName name, String owner, long token) {
        Document d = documents.getOrDefault(name, NONE);
        if (isHeldBy(d, owner, token)) {
            documents.put(name, new Document(Optional.empty(), token, d.heartbeat()));
        }
    }

    private static boolean isHeldBy(Document d, String owner, long token) {
        return d.token() == token
                && d.holder().isPresent()
                && d.holder().get().owner().equals(owner);
    }
}
