/**
 * Restores over a base that the operator has put into the targets himself: a volume snapshot, or a
 * dump restored with its UUIDs.
 */
package io.tidemark.restore.external;
