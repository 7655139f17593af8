/**
 * A sharded cluster of simulated replica sets: config servers, router, migrations, two-phase
 * commits, DDL over several shards, and an oracle that knows the true documents at every cluster
 * time from the operations asked for.
 */
package io.tidemark.embedded.mongo.sharding;
