/**
 * From facts to operations: starts and ends are paired, what is never ended is closed by the best
 * evidence there is. Facts come in cluster-time order over all replica sets.
 */
package io.tidemark.timeline.pair;
