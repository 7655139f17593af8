/** Follows a source: what {@code standby} and {@code restore --follow} do. */
package io.tidemark.cli.follow;
