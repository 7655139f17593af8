/** From the records of one topic to slices and gaps. */
package io.tidemark.sink.slice;
