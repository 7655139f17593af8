/**
 * To which times a cluster can be restored: as the bucket has it stored, or computed from the
 * archived oplogs by the same logic that runs live.
 */
package io.tidemark.restore.timeline;
