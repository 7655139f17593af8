package io.tidemark.embedded.mongo.node;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Who is primary, how far each member is, and what a majority holds. Guarded by the set's write
 * lock; the two figures that reads need without it are volatile.
 */
final class Replication {
    private final List<MemberPosition> members = new ArrayList<>();
    private volatile int primary;
    private volatile long commitPoint;
    private final AtomicInteger topologyCounter = new AtomicInteger(1);
    // Nobody is primary between a step-down and the next election.
    private volatile boolean hasPrimary = true;

    Replication(List<MemberConfig> configs) {
        configs.forEach(config -> members.add(new MemberPosition(config)));
        if (configs.get(0).priority() == 0) {
            throw new IllegalArgumentException("The first member starts as primary");
        }
    }

    List<MemberPosition> members() {
        return members;
    }

    MemberPosition member(int index) {
        return members.get(index);
    }

    int primary() {
        return primary;
    }

    boolean isPrimary(int member) {
        return hasPrimary && primary == member && !members.get(member).down;
    }

    boolean hasPrimary() {
        return hasPrimary && !members.get(primary).down;
    }

    void stepDown() {
        hasPrimary = false;
        topologyCounter.incrementAndGet();
    }

    void elected(int member) {
        primary = member;
        hasPrimary = true;
        topologyCounter.incrementAndGet();
    }

    void topologyChanged() {
        topologyCounter.incrementAndGet();
    }

    int topologyCounter() {
        return topologyCounter.get();
    }

    int configVersion() {
        return 1;
    }

    long commitPoint() {
        return commitPoint;
    }

    int votingMajority() {
        int voters = (int) members.stream().filter(m -> m.config.votes() == 1).count();
        return voters / 2 + 1;
    }

    /** Hands a new entry to all members that take entries at once. */
    void appended(long ts, long wallMillis) {
        if (members.size() == 1) {
            members.get(0).applied = ts;
            commitPoint = ts;
            return;
        }
        for (int i = 0; i < members.size(); i++) {
            if (i == primary) {
                members.get(i).applied = ts;
            } else {
                members.get(i).offer(ts, wallMillis);
            }
        }
        recount();
    }

    /** Raises the commit point to what a majority of voters holds. */
    void recount() {
        long[] positions =
                members.stream()
                        .filter(member -> member.config.votes() == 1)
                        .mapToLong(member -> member.applied)
                        .sorted()
                        .toArray();
        long held = positions[positions.length - votingMajority()];
        commitPoint = Math.max(commitPoint, held);
    }

    boolean arrive(long wallMillis) {
        boolean moved = false;
        for (MemberPosition member : members) {
            moved |= member.arrive(wallMillis);
        }
        if (moved) {
            recount();
        }
        return moved;
    }

    /** Members that hold an entry. */
    int holders(long ts) {
        return (int) members.stream().filter(member -> member.applied >= ts).count();
    }

    /** Whether enough voters would elect a member: those that are up and not ahead of it. */
    boolean wouldBeElected(int candidate) {
        long position = members.get(candidate).applied;
        long votes =
                members.stream()
                        .filter(m -> m.config.votes() == 1 && !m.down && m.applied <= position)
                        .count();
        // The old primary, ahead of the candidate, does not vote for it.
        return votes >= votingMajority();
    }

    void rollBack(long position) {
        members.forEach(member -> member.rollBack(position));
    }
}
