/** Reads an archive whole and says what is wrong with it: objects, checksums, entries, chains. */
package io.tidemark.cli.verify;
