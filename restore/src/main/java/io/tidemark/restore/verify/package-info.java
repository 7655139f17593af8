/** What the target does hold, read back, and whether it is what it should hold. */
package io.tidemark.restore.verify;
