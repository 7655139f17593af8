/**
 * The timeline, live: oplog topics are tagged where they lie, folded in one place, and told on
 * {@code .events} and {@code .windows}; every instance serves what stands there.
 */
package io.tidemark.streams;
