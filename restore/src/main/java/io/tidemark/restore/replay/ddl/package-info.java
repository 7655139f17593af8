/** The commands of the oplog that change collections and indexes, read into what they mean. */
package io.tidemark.restore.replay.ddl;
