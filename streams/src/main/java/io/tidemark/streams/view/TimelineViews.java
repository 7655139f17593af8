package io.tidemark.streams.view;

import java.util.Optional;

/**
 * The source of the newest view. Called by several threads at once, for every request: an
 * implementation hands out what it has and computes nothing.
 */
public interface TimelineViews {
    /** Empty until the topics were read to their ends once. */
    Optional<TimelineView> current();
}
