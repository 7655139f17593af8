/**
 * A sharded cluster restored into one server, replica set or running cluster: each shard's
 * collections are replayed under names of their own, then its owners' documents are put together,
 * and only whole collections get their names.
 */
package io.tidemark.restore.merge;
