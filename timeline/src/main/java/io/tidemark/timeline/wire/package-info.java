/** Events and windows as records on topics and in the bucket, and back. */
package io.tidemark.timeline.wire;
