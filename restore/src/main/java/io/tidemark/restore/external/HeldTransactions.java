package io.tidemark.restore.external;

import io.tidemark.restore.RestoreException;
import io.tidemark.restore.RestoreTarget;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Namespace;
import io.tidemark.schemas.model.ReplicaSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bson.BsonDocument;
import org.bson.BsonTimestamp;
import org.bson.BsonValue;

/**
 * Transactions that were open at the time of a volume snapshot, as its {@code config.transactions}
 * tells ({@code state}, {@code startOpTime}; documents without a state are of retryable writes).
 */
final class HeldTransactions {
    private static final Namespace TRANSACTIONS = Namespace.of("config.transactions");

    private HeldTransactions() {}

    /**
     * When the oldest of them began; empty if there is none.
     *
     * @throws RestoreException.TargetRefused if one is prepared: its documents can't be written
     */
    static Optional<ClusterTime> oldest(RestoreTarget target, ReplicaSet set) {
        List<ClusterTime> begun = new ArrayList<>();
        List<String> prepared = new ArrayList<>();
        if (target.inspect().collections().contains(TRANSACTIONS)) {
            target.scan(TRANSACTIONS, document -> see(document, begun, prepared));
        }
        if (!prepared.isEmpty()) {
            throw new RestoreException.TargetRefused(
                    "The base in the target of replica set "
                            + set
                            + " holds "
                            + prepared.size()
                            + " prepared transactions without an outcome, such as "
                            + prepared.get(0)
                            + ": the server keeps their documents locked. Nothing was written."
                            + " Restore a snapshot of a moment without such a transaction.");
        }
        return begun.stream().min(java.util.Comparator.naturalOrder());
    }

    private static void see(RawDocument document, List<ClusterTime> begun, List<String> prepared) {
        String state = document.string("state").orElse("");
        BsonDocument bson = document.toBson();
        if (state.equals("prepared")) {
            prepared.add(String.valueOf(bson.get("_id")));
        }
        BsonValue start = bson.get("startOpTime");
        if (state.equals("inProgress") && start != null && start.isDocument()) {
            BsonValue time = start.asDocument().get("ts");
            if (time instanceof BsonTimestamp timestamp) {
                begun.add(ClusterTime.of(timestamp));
            }
        }
    }
}
