/** Talks to MongoDB's members, one at a time and directly, through the official driver. */
package io.tidemark.capture.mongo;
