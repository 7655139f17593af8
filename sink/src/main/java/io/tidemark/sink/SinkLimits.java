package io.tidemark.sink;

import java.time.Duration;

/**
 * How much a worker holds, and how long it waits.
 *
 * @param queueBytes of records read and not yet in a slice, over all topics; a single poll may go
 *     beyond it by what one fetch brings
 * @param laneBytes of those, of one topic
 * @param idle a topic without a new record for so long has its slice ended early
 * @param stop for what is under way when topics are given away, and at the end
 */
public record SinkLimits(long queueBytes, long laneBytes, Duration idle, Duration stop) {}
