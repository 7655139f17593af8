/**
 * The updates of oplog entries, applied to raw documents exactly as a server applies them: delta
 * ({@code $v: 2}), modifiers ({@code $v: 1}) and replacement.
 */
package io.tidemark.restore.replay.update;
