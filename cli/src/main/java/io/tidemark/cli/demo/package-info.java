/**
 * {@code tidemark demo}: the whole path in one JVM, from a write on a simulated sharded cluster to
 * a restored document, and the proof that it is the same.
 */
package io.tidemark.cli.demo;
