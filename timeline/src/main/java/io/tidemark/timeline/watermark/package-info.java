/** How far everything is known: the frontiers of all replica sets of the cluster. */
package io.tidemark.timeline.watermark;
