/** The data of one replica set: a multi-version store of raw documents, and its catalogue. */
package io.tidemark.embedded.mongo.store;
