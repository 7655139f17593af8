/** The bucket's side: where an archive ends, putting behind it, telling how far it reaches. */
package io.tidemark.sink.store;
