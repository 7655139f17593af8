/** BSON as bytes: reading single fields and writing documents without a codec in between. */
package io.tidemark.embedded.mongo.raw;
