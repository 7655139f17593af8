/**
 * Files of existing backups, on a disk or in a bucket: decompressed as they are read, whatever
 * their names say, and given as the BSON documents that they hold.
 */
package io.tidemark.cli.backupfile;
