/**
 * The operation log: the exact form of its entries per server version, and the capped log itself.
 */
package io.tidemark.embedded.mongo.oplog;
