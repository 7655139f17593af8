/**
 * One replica set's replay: entries routed by collection UUID, gathered into batches, written to
 * the target; DDL and transaction commits in between. Nothing here knows buckets or drivers:
 * entries come from an iterator, writes go to a {@link io.tidemark.restore.replay.ReplayTarget}.
 */
package io.tidemark.restore.replay;
