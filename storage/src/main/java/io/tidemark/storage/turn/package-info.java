/**
 * Who reads or removes a cluster's archive now, told in the bucket itself: for times when the
 * cluster's own locks can't be asked. See docs/decisions/0042.
 */
package io.tidemark.storage.turn;
