/** What the target should hold, followed during replay, and what it does hold, read back. */
package io.tidemark.restore.verify;
