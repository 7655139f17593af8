/**
 * Reading as the simulated server does it: BSON order, filters, sorts, projections and shard keys.
 * Pure functions.
 */
package io.tidemark.embedded.mongo.query;
