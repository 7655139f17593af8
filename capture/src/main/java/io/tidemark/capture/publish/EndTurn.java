package io.tidemark.capture.publish;

import java.util.function.Supplier;

/**
 * When the end of a topic may be read: what that brings, the greatest record three times over, may
 * be too much for several at a time.
 */
@FunctionalInterface
public interface EndTurn {
    /** As soon as it is asked for. */
    EndTurn AT_ONCE = Supplier::get;

    /** Blocks until there is room, then reads. */
    ResumePoint take(Supplier<ResumePoint> reading);
}
