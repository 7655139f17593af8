package io.tidemark.cli.demo;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.restore.report.RestoreReport;
import io.tidemark.schemas.model.ClusterTime;
import java.util.List;

/**
 * What the demo did and found; {@code demo --json}.
 *
 * @param captured entries that went into Kafka
 * @param archived entries in the bucket
 * @param times what the bucket knew of times
 * @param live what streams told of times before the cluster was lost
 * @param documents read back from the restored cluster
 * @param differences from the truth, in words
 */
record DemoResult(
        long seed,
        int shards,
        long captured,
        long archived,
        long slices,
        ClusterTime restoredTo,
        KnownTimes times,
        LiveTimes live,
        long documents,
        List<String> differences,
        RestoreReport report,
        double seconds) {
    DemoResult {
        differences = List.copyOf(differences);
    }

    /** Of the transactions that were open at the restored time on some shard. */
    long transactions(String decision) {
        return report.transactions().stream().filter(t -> t.decision().equals(decision)).count();
    }

    ObjectNode json() {
        ObjectNode json =
                JsonNodeFactory.instance
                        .objectNode()
                        .put("seed", seed)
                        .put("shards", shards)
                        .put("entriesCaptured", captured)
                        .put("entriesArchived", archived)
                        .put("slices", slices)
                        .put("restoredTo", restoredTo.toString())
                        .put("documents", documents)
                        .put("mismatches", differences.size());
        json.putObject("transactions")
                .put("in", transactions("in"))
                .put("out", transactions("out"))
                .put("undecided", transactions("undecided"));
        times.addTo(json);
        live.addTo(json);
        return json.put("orphansRemoved", report.orphansRemoved())
                .put("verified", report.verified())
                .put("seconds", seconds);
    }
}
