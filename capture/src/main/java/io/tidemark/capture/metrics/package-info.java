/** What a capture agent tells about itself: meters, health, and the alarm of a short oplog. */
package io.tidemark.capture.metrics;
