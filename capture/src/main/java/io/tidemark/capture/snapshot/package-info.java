/**
 * Base snapshots: the catalogue and all documents of one replica set, scanned while writes go on,
 * and the bounds between which replay over them is exact.
 */
package io.tidemark.capture.snapshot;
