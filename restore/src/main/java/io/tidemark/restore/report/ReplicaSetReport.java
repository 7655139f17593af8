package io.tidemark.restore.report;

import java.util.Map;
import java.util.TreeMap;

/**
 * One replica set's part of a restore.
 *
 * @param entriesRead entries read from the archive up to the restored time
 * @param entriesApplied those of them that changed a restored collection
 * @param baseDocuments documents loaded from the base
 * @param collections by namespace
 */
public record ReplicaSetReport(
        long entriesRead,
        long entriesApplied,
        long baseDocuments,
        Map<String, CollectionReport> collections) {
    public ReplicaSetReport {
        collections = new TreeMap<>(collections);
    }
}
