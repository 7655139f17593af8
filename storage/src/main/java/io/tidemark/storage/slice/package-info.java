/**
 * Slices and gaps: what the archive knows of one replica set's oplog. A slice is a framed object
 * (see {@code io.tidemark.storage.frames}) whose header tells what it covers.
 */
package io.tidemark.storage.slice;
