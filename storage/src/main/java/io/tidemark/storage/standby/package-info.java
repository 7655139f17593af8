/**
 * What standbys say of themselves in the bucket that they follow: how far they are, and what
 * retention must keep for them.
 */
package io.tidemark.storage.standby;
