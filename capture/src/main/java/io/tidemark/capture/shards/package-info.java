/** Knows which replica sets make up the cluster, and gives each a topic. */
package io.tidemark.capture.shards;
