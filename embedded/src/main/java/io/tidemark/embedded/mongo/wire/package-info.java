/** The wire protocol: OP_MSG, and OP_QUERY for the first hello of old drivers. */
package io.tidemark.embedded.mongo.wire;
