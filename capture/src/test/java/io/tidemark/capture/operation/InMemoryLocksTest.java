package io.tidemark.capture.operation;

import io.tidemark.schemas.model.ClusterTime;
import java.util.concurrent.atomic.AtomicLong;

final class InMemoryLocksTest extends LocksContract {
    @Override
    Locks locks() {
        AtomicLong ticks = new AtomicLong();
        return new InMemoryLocks(() -> new ClusterTime(1_700_000_000, ticks.incrementAndGet()));
    }
}
