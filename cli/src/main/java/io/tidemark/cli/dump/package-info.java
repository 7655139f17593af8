/**
 * Existing backups as mongodump and its kin write them: collections and oplogs as files of
 * concatenated BSON, read in one pass with bounded memory, and stored as a base and slices.
 */
package io.tidemark.cli.dump;
