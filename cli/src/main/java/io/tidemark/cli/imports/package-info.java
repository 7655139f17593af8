/** Existing backups into the archive: {@code tidemark import}. */
package io.tidemark.cli.imports;
