/**
 * To which cluster times can the whole cluster be restored, and why not to the others? Pure logic:
 * oplog entries are tagged ({@code tag}), paired to events ({@code pair}), held against what is
 * captured and archived ({@code watermark}) and turned into restore windows ({@code window}). No
 * Kafka, no I/O: the same code runs live and over the archive.
 */
package io.tidemark.timeline;
