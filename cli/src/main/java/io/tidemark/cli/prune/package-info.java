/** Removes what an archive no longer needs, and holds what must stay. */
package io.tidemark.cli.prune;
