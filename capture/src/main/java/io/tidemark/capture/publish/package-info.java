/**
 * Writes a replica set's oplog to its topic: fenced, in order, once. The topic itself is the only
 * memory of how far capture has come.
 */
package io.tidemark.capture.publish;
