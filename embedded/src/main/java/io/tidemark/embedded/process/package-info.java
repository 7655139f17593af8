/** Processes of their own for tests: to be killed, paused, or kept in a small heap. */
package io.tidemark.embedded.process;
