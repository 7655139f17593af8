package io.tidemark.capture.operation;

import io.tidemark.capture.shards.SourceSet;
import io.tidemark.capture.tail.OplogMember;

/** Whether this agent can work on a replica set now. */
public interface MemberCheck {
    /** Never throws: what can't be reached is unsuitable. */
    Verdict look(SourceSet set);

    /** The answer. */
    sealed interface Verdict permits Suitable, Unsuitable {}

    /**
     * @param rank 0 is the best: a hidden member; each step less suitable waits one head start
     *     longer before it tries to take the lock
     */
    record Suitable(OplogMember member, int rank) implements Verdict {}

    /**
     * @param why for the operator: which member, what is wrong with it
     */
    record Unsuitable(String why) implements Verdict {}
}
