/** Base snapshots: documents in framed parts, and the manifest that makes them exist. */
package io.tidemark.storage.base;
