package io.tidemark.capture.tail;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.model.Optime;
import io.tidemark.schemas.oplog.OplogEntry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A replica set in memory: members with oplogs of their own, of which a majority has a part. */
final class InMemoryReplicaSet {
    static final class Member {
        private final List<OplogEntry> entries = new ArrayList<>();
        private int committed;
        private int cursorEra;
        private boolean reachable = true;
        private MemberRole role = MemberRole.SECONDARY;

        List<OplogEntry> entries() {
            return List.copyOf(entries);
        }

        void write(List<OplogEntry> more) {
            entries.addAll(more);
        }

        void commitAll() {
            committed = entries.size();
        }

        void append(List<OplogEntry> more) {
            write(more);
            commitAll();
        }

        void append(OplogEntry... more) {
            append(List.of(more));
        }

        /** Uncommitted entries are undone. */
        void rollBack() {
            entries.subList(committed, entries.size()).clear();
        }

        /** The oldest entries are dropped; cursors that had not read them are killed. */
        void dropOldest(int count) {
            entries.subList(0, count).clear();
            committed -= count;
        }

        /** Another history. */
        void become(List<OplogEntry> others) {
            entries.clear();
            committed = 0;
            cursorEra++;
            append(others);
        }

        void breakCursors() {
            cursorEra++;
        }

        void reachable(boolean now) {
            reachable = now;
            cursorEra++;
        }

        void role(MemberRole now) {
            role = now;
        }
    }

    private final Map<String, Member> members = new LinkedHashMap<>();
    private Incarnation incarnation;
    private boolean refuses;

    InMemoryReplicaSet(Incarnation incarnation, String... addresses) {
        this.incarnation = incarnation;
        for (String address : addresses) {
            members.put(address, new Member());
        }
    }

    Member member(String address) {
        return members.get(address);
    }

    void appendEverywhere(List<OplogEntry> entries) {
        members.values().forEach(m -> m.append(entries));
    }

    void incarnation(Incarnation now) {
        incarnation = now;
    }

    void refuses(boolean now) {
        refuses = now;
    }

    OplogSource source() {
        return new Source();
    }

    private final class Source implements OplogSource {
        @Override
        public Incarnation incarnation() {
            if (refuses) {
                throw new SourceRefusedException("not allowed");
            }
            if (members.values().stream().noneMatch(m -> m.reachable)) {
                throw new SourceUnavailableException("nobody answers");
            }
            return incarnation;
        }

        @Override
        public OplogMembers members() {
            List<OplogMember> readable = new ArrayList<>();
            Map<String, String> others = new HashMap<>();
            members.forEach(
                    (address, m) -> {
                        if (m.reachable) {
                            readable.add(new OplogMember(address, m.role));
                        } else {
                            others.put(address, "can't be reached");
                        }
                    });
            readable.sort(java.util.Comparator.comparing(OplogMember::role));
            return new OplogMembers(readable, others);
        }

        @Override
        public OplogWindow window(OplogMember member) {
            Member m = reachable(member);
            if (m.entries.isEmpty()) {
                throw new SourceUnavailableException("empty oplog");
            }
            OplogEntry oldest = m.entries.get(0);
            boolean whole =
                    oldest.op().equals("n")
                            && oldest.o().string("msg").orElse("").equals("initiating set");
            Optime newest =
                    m.committed == 0 ? Optime.NONE : m.entries.get(m.committed - 1).optime();
            return new OplogWindow(oldest.optime(), whole, newest);
        }

        @Override
        public OplogCursor open(OplogMember member, ClusterTime from) {
            return new Cursor(reachable(member), from);
        }

        private Member reachable(OplogMember member) {
            Member m = members.get(member.address());
            if (!m.reachable) {
                throw new SourceUnavailableException(member + " can't be reached");
            }
            return m;
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    }

    private static final class Cursor implements OplogCursor {
        private final Member member;
        private final int era;
        private final ClusterTime from;
        private OplogEntry lastGiven;

        Cursor(Member member, ClusterTime from) {
            this.member = member;
            this.era = member.cursorEra;
            this.from = from;
        }

        @Override
        public List<OplogEntry> next(Duration wait) {
            if (era != member.cursorEra) {
                throw new SourceUnavailableException("cursor not found");
            }
            int begin = 0;
            if (lastGiven != null) {
                begin = member.entries.indexOf(lastGiven) + 1;
                if (begin == 0) {
                    throw new OplogLostException("CappedPositionLost");
                }
            }
            List<OplogEntry> batch = new ArrayList<>();
            for (OplogEntry entry : member.entries.subList(begin, member.committed)) {
                if (!entry.clusterTime().isBefore(from) && batch.size() < 100) {
                    batch.add(entry);
                    lastGiven = entry;
                }
            }
            return batch;
        }

        @Override
        public void close() {
            // Nothing is held.
        }
    }
}
