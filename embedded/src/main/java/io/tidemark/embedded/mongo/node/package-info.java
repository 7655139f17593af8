/**
 * One simulated replica set behind its wire: write path, sessions, transactions, members, commands.
 */
package io.tidemark.embedded.mongo.node;
