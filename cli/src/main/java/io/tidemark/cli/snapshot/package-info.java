/** Asks the agents of a cluster for a base snapshot. */
package io.tidemark.cli.snapshot;
