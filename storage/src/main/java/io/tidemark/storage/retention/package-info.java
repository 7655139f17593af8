/**
 * Says what of an archive is no longer needed, and removes it. What is needed is decided as
 * restores plan: see docs/decisions/0016.
 */
package io.tidemark.storage.retention;
