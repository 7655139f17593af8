package io.tidemark.capture.metrics;

import java.util.Optional;

/**
 * What a source's oplog still leaves to capture.
 *
 * @param seconds how long capture may stand still before entries are lost
 * @param warning for the operator, while that is too little
 */
public record Headroom(long seconds, Optional<String> warning) {}
