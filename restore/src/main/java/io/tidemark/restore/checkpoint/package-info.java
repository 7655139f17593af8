/**
 * How a restore that is cut off goes on: what it writes down in its targets as it goes, and how the
 * next run finds out from that what the targets hold.
 */
package io.tidemark.restore.checkpoint;
