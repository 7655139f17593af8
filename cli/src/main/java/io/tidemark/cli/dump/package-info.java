/**
 * Existing backups as mongodump and its kin write them: collections and oplogs as files of
 * concatenated BSON, or mixed in one archive, read with bounded memory, and stored as a base and
 * slices.
 */
package io.tidemark.cli.dump;
