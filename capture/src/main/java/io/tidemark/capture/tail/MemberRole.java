package io.tidemark.capture.tail;

/** What a member does for users; in the order in which capture prefers to read. */
public enum MemberRole {
    /** Serves no user: reading from it disturbs nobody. */
    HIDDEN,
    SECONDARY,
    PRIMARY
}
