/**
 * Which documents a shard owned at the restored time, by the chunks of the config servers, and the
 * removal of all others: copies of a migration under way, or leftovers of a finished one.
 */
package io.tidemark.restore.orphans;
