package io.tidemark.capture.tail;

/** What one member's oplog says to a place to resume from. */
sealed interface MemberVerdict {
    /** Nothing lies between the resume point and what the member gave. */
    record Continues() implements MemberVerdict {}

    /** The member has nothing at or behind the resume point yet: a lagging secondary. */
    record Behind() implements MemberVerdict {}

    /** The member's oplog begins behind the resume point: entries in between are gone from it. */
    record RolledOver(OplogWindow window) implements MemberVerdict {}

    /** The member has older entries, but not the one to resume from: another history. */
    record Diverged(String evidence) implements MemberVerdict {}

    /** The member could not be asked. */
    record Unreachable(String why) implements MemberVerdict {}
}
