/**
 * Buckets that Percona Backup for MongoDB wrote, versions 1.x and 2.x: logical backups of whole
 * clusters and the oplog slices of its point-in-time recovery.
 */
package io.tidemark.cli.pbm;
