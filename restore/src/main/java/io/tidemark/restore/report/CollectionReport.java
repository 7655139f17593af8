package io.tidemark.restore.report;

/**
 * What a collection of the target holds, as read back after the restore.
 *
 * @param documents how many
 * @param hash 32 hex digits over all documents' bytes, the same for every order of the documents
 * @param verified {@code content} if all documents were compared with what replay computed, {@code
 *     read} if there was nothing to compare with
 */
public record CollectionReport(long documents, String hash, String verified) {}
