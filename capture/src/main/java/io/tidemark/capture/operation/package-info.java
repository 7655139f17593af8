/**
 * Snapshots, restores and prunes of a whole cluster without a coordinator: every agent hears of an
 * operation, suitable ones race for one lock per replica set, and whoever wins the config servers'
 * leads. {@link io.tidemark.capture.operation.ReplicaSetWork} and {@link
 * io.tidemark.capture.operation.LeaderWork} are what an operation does; all else here is about who
 * does it, and that nobody else does.
 */
package io.tidemark.capture.operation;
