/** A base as a dump that other tools take: {@code tidemark export}. */
package io.tidemark.cli.export;
