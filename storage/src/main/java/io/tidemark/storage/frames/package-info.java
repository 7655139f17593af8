/**
 * The container of slices and base parts: a zstd skippable frame with a JSON header, zstd frames of
 * whole BSON documents, a skippable frame with their index. A plain {@code zstd -d} skips what is
 * ours and gives the documents one after the other. Layout: docs/decisions/0010-slice-format.md.
 */
package io.tidemark.storage.frames;
