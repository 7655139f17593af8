/** Where the oplog's records lie: what holds no fact is skipped by its headers. */
package io.tidemark.streams.tag;
