package io.tidemark.restore;

import io.tidemark.restore.replay.Operation;
import io.tidemark.restore.replay.Operations;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.oplog.OplogEntry;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A shard that joins or leaves, as the oplog of the config servers tells it: behind it the cluster
 * has other replica sets than the standby has targets for.
 *
 * @param what for messages
 */
record MembershipChange(ClusterTime at, String what) {
    private static final String SHARDS = "config.shards";

    /** The change that this entry of the config servers is, or holds. */
    static Optional<MembershipChange> in(OplogEntry entry) {
        return switch (entry.shape()) {
            case INSERT, DELETE -> of(Operation.of(entry));
            case BATCH,
                    VECTORED_INSERT,
                    TRANSACTION_WHOLE,
                    TRANSACTION_PART,
                    TRANSACTION_END,
                    PREPARE -> {
                AtomicReference<MembershipChange> found = new AtomicReference<>();
                Operations.forEach(entry, o -> of(o).ifPresent(c -> found.compareAndSet(null, c)));
                yield Optional.ofNullable(found.get());
            }
            default -> Optional.empty();
        };
    }

    private static Optional<MembershipChange> of(Operation operation) {
        if (!operation.ns().equals(SHARDS)) {
            return Optional.empty();
        }
        return switch (operation.op()) {
            case "i" -> Optional.of(change(operation, "joins"));
            case "d" -> Optional.of(change(operation, "leaves"));
            default -> Optional.empty();
        };
    }

    private static MembershipChange change(Operation operation, String how) {
        RawDocument shard = operation.o();
        return new MembershipChange(
                operation.at(),
                "shard '" + shard.string("_id").orElse("unknown") + "' " + how + " the cluster");
    }
}
