/**
 * Rolls the oplog topics into slices in the bucket: {@code consume} reads the topics, {@code slice}
 * decides where a slice ends, {@code store} puts it and tells how far the archive reaches.
 */
package io.tidemark.sink;
