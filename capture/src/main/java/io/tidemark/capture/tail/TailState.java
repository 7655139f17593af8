package io.tidemark.capture.tail;

import io.tidemark.capture.publish.ResumePoint;
import io.tidemark.schemas.model.Gap;
import io.tidemark.schemas.model.Optime;
import java.util.Locale;

/**
 * The life of one tailer.
 *
 * <table><caption>Steps</caption>
 * <tr><th>from</th><th>when</th><th>to</th></tr>
 * <tr><td>Starting</td><td>topic fenced, its end read</td><td>Resuming</td></tr>
 * <tr><td>Resuming</td><td>a member continues</td><td>Tailing</td></tr>
 * <tr><td>Resuming</td><td>no member holds what comes next</td><td>GapFound</td></tr>
 * <tr><td>Resuming</td><td>members hold another history</td><td>Diverged</td></tr>
 * <tr><td>GapFound</td><td>GAP published</td><td>Resuming</td></tr>
 * <tr><td>Tailing</td><td>cursor or member lost</td><td>Resuming</td></tr>
 * <tr><td>any but the ends</td><td>Kafka lost, or its answer</td><td>Starting</td></tr>
 * <tr><td>any but the ends</td><td>another owner opened the topic</td><td>Fenced</td></tr>
 * <tr><td>any but the ends</td><td>asked to stop, or the shard left the cluster</td><td>Stopped</td></tr>
 * </table>
 *
 * Diverged, Fenced and Stopped are ends.
 */
public sealed interface TailState {
    /** Before the topic is opened, or after it was lost. */
    record Starting() implements TailState {
        Resuming opened(ResumePoint point) {
            return new Resuming(point);
        }
    }

    /** Looks for a member that goes on where the topic ends. */
    record Resuming(ResumePoint point) implements TailState {
        Tailing continued(OplogMember member) {
            return new Tailing(member);
        }

        GapFound missing(Gap gap, Optime after) {
            return new GapFound(gap, after);
        }

        Diverged diverged(DivergedHistoryException why) {
            return new Diverged(why);
        }
    }

    /** Follows a member. */
    record Tailing(OplogMember member) implements TailState {
        Resuming lost(ResumePoint point) {
            return new Resuming(point);
        }

        Diverged diverged(DivergedHistoryException why) {
            return new Diverged(why);
        }
    }

    /**
     * Entries are gone from every member.
     *
     * @param after the last place accounted for, with its term
     */
    record GapFound(Gap gap, Optime after) implements TailState {
        Resuming recorded(ResumePoint point) {
            return new Resuming(point);
        }
    }

    /** The source's history is another one; a person must act. */
    record Diverged(DivergedHistoryException why) implements TailState {}

    /** Another owner has the topic. */
    record Fenced() implements TailState {}

    /**
     * Ended in order: everything read is committed.
     *
     * @param left because the shard left the cluster: nothing more of it will be captured
     */
    record Stopped(String why, boolean left) implements TailState {
        @Override
        public String word() {
            return left ? "DEPARTED" : "STOPPED";
        }
    }

    default Starting topicLost() {
        requireGoingOn();
        return new Starting();
    }

    default Fenced fenced() {
        requireGoingOn();
        return new Fenced();
    }

    default Stopped stopped(String why) {
        requireGoingOn();
        return new Stopped(why, false);
    }

    /** The shard left the cluster, and its oplog was read to the end or can't be reached. */
    default Stopped departed() {
        requireGoingOn();
        return new Stopped("the shard left the cluster", true);
    }

    /** True if no step leads on from here. */
    default boolean isEnd() {
        return this instanceof Diverged || this instanceof Fenced || this instanceof Stopped;
    }

    /** The state in one word, for status and logs. */
    default String word() {
        return getClass().getSimpleName().toUpperCase(Locale.ROOT);
    }

    private void requireGoingOn() {
        if (isEnd()) {
            throw new IllegalStateException("the tailer has ended as " + word());
        }
    }
}
