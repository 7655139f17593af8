/** Operations of a cluster, as its agents tell them. */
package io.tidemark.cli.operation;
