/**
 * Transactions of one replica set, put together from their entries: what takes effect when, and
 * which ones wait for a decision.
 */
package io.tidemark.restore.replay.transaction;
