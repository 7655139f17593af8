/** Reading on in a thread of its own while what was read is worked on. */
package io.tidemark.restore.readahead;
