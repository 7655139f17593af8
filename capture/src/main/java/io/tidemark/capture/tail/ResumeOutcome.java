package io.tidemark.capture.tail;

import io.tidemark.schemas.oplog.OplogEntry;
import java.util.List;

/** What asking the members for a place to resume from came to. */
sealed interface ResumeOutcome {
    /**
     * @param first the first entries; may begin with the one already published
     */
    record Continued(OplogMember member, OplogCursor cursor, List<OplogEntry> first)
            implements ResumeOutcome {}

    /** A member that may still have the entries does not show them yet. */
    record Waiting(String why) implements ResumeOutcome {}

    /**
     * No member holds what comes next.
     *
     * @param member the one that reaches back furthest
     */
    record Missing(OplogMember member, OplogWindow window) implements ResumeOutcome {}
}
