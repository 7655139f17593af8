/** The read side of the oplog topics. */
package io.tidemark.sink.consume;
