/**
 * How far each replica set is captured and archived, and until when the cluster can be restored.
 */
package io.tidemark.cli.status;
