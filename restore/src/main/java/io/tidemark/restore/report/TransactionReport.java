package io.tidemark.restore.report;

/**
 * A transaction that was open at the restored time on some shard, and what became of it.
 *
 * @param id {@code {lsid, txnNumber}} in extended JSON
 * @param commitTimestamp of the commit; empty where it was not committed
 * @param decision {@code in}, {@code out} or {@code undecided} (left out everywhere)
 * @param decidedBy where the outcome was found
 */
public record TransactionReport(
        String id, String commitTimestamp, String decision, String decidedBy) {}
