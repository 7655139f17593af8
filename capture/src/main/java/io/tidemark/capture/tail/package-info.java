/**
 * Follows the oplog of one replica set: only what a majority holds, without a hole that is not
 * recorded as one. {@link io.tidemark.capture.tail.OplogTailer} reads as the paragraph; the pure
 * decisions are {@link io.tidemark.capture.tail.Continuity}.
 */
package io.tidemark.capture.tail;
