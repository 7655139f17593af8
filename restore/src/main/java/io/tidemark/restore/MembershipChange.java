package io.tidemark.restore;

import io.tidemark.restore.plan.ReplicaSetPlan;
import io.tidemark.restore.replay.Operation;
import io.tidemark.restore.replay.Operations;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.oplog.OplogEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A shard that joins or leaves, as the oplog of the config servers tells it: behind it the cluster
 * has other replica sets than the standby has targets for.
 *
 * @param shardId of {@code config.shards}
 * @param replicaSet of a shard that joins; empty where it leaves
 */
record MembershipChange(ClusterTime at, String shardId, Optional<String> replicaSet) {
    private static final String SHARDS = "config.shards";

    /** The changes that this entry of the config servers is, or holds. */
    static List<MembershipChange> in(OplogEntry entry) {
        return switch (entry.shape()) {
            case INSERT, DELETE -> of(Operation.of(entry)).stream().toList();
            case BATCH,
                    VECTORED_INSERT,
                    TRANSACTION_WHOLE,
                    TRANSACTION_PART,
                    TRANSACTION_END,
                    PREPARE -> {
                List<MembershipChange> found = new ArrayList<>();
                Operations.forEach(entry, o -> of(o).ifPresent(found::add));
                yield found;
            }
            default -> List.of();
        };
    }

    private static Optional<MembershipChange> of(Operation operation) {
        if (!operation.ns().equals(SHARDS)) {
            return Optional.empty();
        }
        String id = operation.o().string("_id").orElse("unknown");
        return switch (operation.op()) {
            case "i" ->
                    Optional.of(
                            new MembershipChange(
                                    operation.at(),
                                    id,
                                    Optional.of(replicaSet(operation.o(), id))));
            case "d" -> Optional.of(new MembershipChange(operation.at(), id, Optional.empty()));
            default -> Optional.empty();
        };
    }

    /** {@code host} is {@code SET/HOST:PORT,…}. */
    private static String replicaSet(RawDocument shard, String id) {
        return shard.string("host")
                .filter(host -> host.indexOf('/') > 0)
                .map(host -> host.substring(0, host.indexOf('/')))
                .orElse(id);
    }

    boolean joins() {
        return replicaSet.isPresent();
    }

    /** Whether the standby has targets for what the cluster is from then on. */
    boolean isExpected(List<ReplicaSetPlan> followed) {
        return joins() == find(followed).isPresent();
    }

    private Optional<ReplicaSetPlan> find(List<ReplicaSetPlan> followed) {
        return followed.stream()
                .filter(
                        set ->
                                set.shardId().filter(shardId::equals).isPresent()
                                        || replicaSet
                                                .filter(set.replicaSet().name()::equals)
                                                .isPresent())
                .findFirst();
    }

    /** True for that one, where it leaves. */
    boolean isOf(ReplicaSetPlan set) {
        return !joins() && set.shardId().filter(shardId::equals).isPresent();
    }

    /**
     * Why a standby does not go on, and how it can.
     *
     * @param stands it holds everything through this time
     * @param last it can be promoted up to this time, with the targets that it has
     */
    RestoreException blocks(List<ReplicaSetPlan> followed, ClusterTime stands, ClusterTime last) {
        String name =
                replicaSet
                        .or(() -> find(followed).map(set -> set.replicaSet().name()))
                        .orElse(shardId);
        return new RestoreException.NotCovered(
                "At "
                        + at
                        + " shard '"
                        + shardId
                        + (joins()
                                ? "' joins the cluster, on replica set "
                                        + name
                                        + ". To go on behind that, run the same with an empty"
                                        + " target for it as well (--target "
                                        + name
                                        + "=URI)."
                                : "' leaves the cluster. To go on behind that, run the same"
                                        + " without a target for its replica set "
                                        + name
                                        + ": what lies there is no part of the standby any more.")
                        + " The standby holds everything through "
                        + stands
                        + ", and can be promoted, with the targets that it has, to a safe time"
                        + " from there to "
                        + last
                        + ".");
    }
}
