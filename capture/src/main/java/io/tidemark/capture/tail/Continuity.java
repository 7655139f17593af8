package io.tidemark.capture.tail;

import io.tidemark.capture.publish.ResumePoint;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Optime;

/**
 * Decides whether a member's oplog goes on where the topic ends. The rules are the server's own for
 * its oplog fetcher (MongoDB's {@code db/repl/README.md}, "Oplog Fetching"): the first entry read
 * must be the last one known, in cluster time <em>and</em> term.
 */
final class Continuity {
    private Continuity() {}

    /**
     * @param first the first entry at or after the resume point
     * @param window the member's oplog, asked <em>after</em> that entry came: truncation may run in
     *     between
     */
    static MemberVerdict judge(ResumePoint point, Optime first, OplogWindow window) {
        if (point instanceof ResumePoint.AfterEntry after) {
            return judgeAfterEntry(after.last(), first, window);
        }
        if (point instanceof ResumePoint.AfterHole hole) {
            return judgeAfterHole(hole, first, window);
        }
        throw new IllegalArgumentException("nothing to continue after an empty topic");
    }

    /** True if the entry itself proves continuity, without a look at the oldest entry. */
    static boolean isOverlap(ResumePoint point, Optime first) {
        return point instanceof ResumePoint.AfterEntry after && after.last().equals(first);
    }

    private static MemberVerdict judgeAfterEntry(Optime last, Optime first, OplogWindow window) {
        if (first.equals(last)) {
            return new MemberVerdict.Continues();
        }
        ClusterTime time = last.clusterTime();
        if (first.clusterTime().equals(time)) {
            return new MemberVerdict.Diverged(
                    "it has " + first + " where " + last + " was captured");
        }
        if (!window.oldest().clusterTime().isAfter(time)) {
            return new MemberVerdict.Diverged(
                    "it holds entries from "
                            + window.oldest()
                            + " and goes on with "
                            + first
                            + ", but "
                            + last
                            + ", which was captured, is not among them");
        }
        // No cluster time lies between: the captured entry is the last one that was dropped.
        boolean adjoins = first.clusterTime().equals(time.next()) && first.term() >= last.term();
        return adjoins ? new MemberVerdict.Continues() : new MemberVerdict.RolledOver(window);
    }

    private static MemberVerdict judgeAfterHole(
            ResumePoint.AfterHole hole, Optime first, OplogWindow window) {
        boolean fromBirth = hole.through().isNone();
        if (fromBirth && window.isWhole() && first.equals(window.oldest())) {
            return new MemberVerdict.Continues();
        }
        if (first.clusterTime().equals(hole.next())) {
            return new MemberVerdict.Continues();
        }
        if (window.oldest().clusterTime().isAfter(hole.next())) {
            return new MemberVerdict.RolledOver(window);
        }
        return new MemberVerdict.Diverged(
                "it holds entries from "
                        + window.oldest()
                        + " and goes on with "
                        + first
                        + ", but none at "
                        + hole.next()
                        + ", which was its oldest when the topic's last record was written");
    }
}
