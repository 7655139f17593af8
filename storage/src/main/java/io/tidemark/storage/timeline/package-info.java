/**
 * The timeline in the bucket: what happened to the cluster, and to which times it is restorable.
 */
package io.tidemark.storage.timeline;
