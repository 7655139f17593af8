/** What happened to the cluster, as records. */
package io.tidemark.timeline.event;
