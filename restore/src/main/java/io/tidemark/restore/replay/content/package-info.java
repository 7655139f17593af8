/** What a target should hold, followed document by document while it is written. */
package io.tidemark.restore.replay.content;
