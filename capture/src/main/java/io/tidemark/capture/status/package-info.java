/** Tells how far the capture of each replica set is, on a compacted topic. */
package io.tidemark.capture.status;
