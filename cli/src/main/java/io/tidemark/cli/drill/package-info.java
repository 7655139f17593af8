/** Restores into a scratch target and proves the result. */
package io.tidemark.cli.drill;
