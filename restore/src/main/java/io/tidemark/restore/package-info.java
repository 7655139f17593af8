/**
 * Restores a sharded cluster, or one replica set, to a cluster time: {@link
 * io.tidemark.restore.Restore#plan plan} from the bucket alone, {@link
 * io.tidemark.restore.Restore#run run} into targets.
 */
package io.tidemark.restore;
