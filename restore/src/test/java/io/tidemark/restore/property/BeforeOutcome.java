package io.tidemark.restore.property;

import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import io.tidemark.schemas.model.ClusterTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.bson.BsonDocument;
import org.bson.RawBsonDocument;

/**
 * Where to cut every replica set's archive so that a transaction is prepared in it on all shards,
 * and nothing in it tells its outcome: whoever restores from it can't know whether it is in.
 */
final class BeforeOutcome {
    private final Map<String, SimulatedReplicaSet> sets;

    BeforeOutcome(Life life) {
        this.sets = life.cluster.replicaSets();
    }

    /**
     * By replica set name the last cluster time before any outcome of one of the prepared
     * transactions; empty if no cut shows one prepared to all that restore from it.
     */
    Optional<Map<String, ClusterTime>> cut(Random random) {
        List<BsonDocument> prepared = new ArrayList<>();
        sets.values().forEach(set -> prepared.addAll(prepared(set)));
        List<Map<String, ClusterTime>> cuts = new ArrayList<>();
        prepared.stream().distinct().forEach(key -> cut(key).ifPresent(cuts::add));
        return cuts.isEmpty()
                ? Optional.empty()
                : Optional.of(cuts.get(random.nextInt(cuts.size())));
    }

    private static List<BsonDocument> prepared(SimulatedReplicaSet set) {
        return set.oplog().stream()
                .filter(BeforeOutcome::prepares)
                .map(BeforeOutcome::key)
                .toList();
    }

    private Optional<Map<String, ClusterTime>> cut(BsonDocument key) {
        Map<String, ClusterTime> ends = new HashMap<>();
        ClusterTime lastPrepare = ClusterTime.ZERO;
        ClusterTime watermark = ClusterTime.MAX;
        for (SimulatedReplicaSet set : sets.values()) {
            ClusterTime end = ClusterTime.ZERO;
            for (RawBsonDocument entry : set.oplog()) {
                if (decides(entry, key)) {
                    break;
                }
                end = ClusterTime.of(entry.getTimestamp("ts"));
                if (prepares(entry) && key(entry).equals(key)) {
                    lastPrepare = ClusterTime.max(lastPrepare, end);
                }
            }
            ends.put(set.name(), end);
            watermark = ClusterTime.min(watermark, end);
        }
        return watermark.isBefore(lastPrepare) ? Optional.empty() : Optional.of(ends);
    }

    private static boolean prepares(BsonDocument entry) {
        return entry.getString("op").getValue().equals("c")
                && entry.getDocument("o").containsKey("prepare");
    }

    private static boolean decides(BsonDocument entry, BsonDocument key) {
        String op = entry.getString("op").getValue();
        if (op.equals("u")
                && entry.getString("ns").getValue().equals("config.transaction_coordinators")) {
            BsonDocument id = entry.getDocument("o2").getDocument("_id");
            return key(id).equals(key);
        }
        BsonDocument o = entry.getDocument("o");
        return op.equals("c")
                && (o.containsKey("commitTransaction") || o.containsKey("abortTransaction"))
                && key(entry).equals(key);
    }

    private static BsonDocument key(BsonDocument entry) {
        return new BsonDocument("lsid", entry.get("lsid"))
                .append("txnNumber", entry.get("txnNumber"));
    }
}
