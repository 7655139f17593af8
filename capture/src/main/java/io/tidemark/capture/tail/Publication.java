package io.tidemark.capture.tail;

import io.tidemark.capture.publish.EntryPreparer;
import io.tidemark.capture.publish.OplogTopic;
import io.tidemark.capture.publish.PreparedEntry;
import io.tidemark.capture.publish.ResumePoint;
import io.tidemark.schemas.model.Gap;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.model.Optime;
import io.tidemark.schemas.model.ReplicaSetRole;
import io.tidemark.schemas.oplog.OplogRecords;
import java.time.Duration;
import java.util.List;

/**
 * What one tailer has given to the topic: where the topic ends, what is not committed yet, and when
 * it must be.
 */
final class Publication {
    private final OplogTopic topic;
    private final TailSettings settings;
    private final TailClock clock;
    private final Receipts receipts;
    private Incarnation incarnation;
    private ResumePoint end = new ResumePoint.Empty();
    private Optime last = Optime.NONE;
    private Optime committed = Optime.NONE;
    private int pending;
    private int pendingGaps;
    private int pendingEntries;
    private long pendingBytes;
    private long pendingSince;
    private long records;
    private long gaps;

    /** Told what becomes of the entries given. */
    interface Receipts {
        /** The topic has them, not yet readable. */
        void sent(long entryBytes, int entries);

        /** They are readable. */
        void committed(long entryBytes, int entries);
    }

    Publication(OplogTopic topic, TailSettings settings, TailClock clock, Receipts receipts) {
        this.receipts = receipts;
        this.topic = topic;
        this.settings = settings;
        this.clock = clock;
    }

    /** Opens the topic: what was not committed is gone, and the end is what the topic says. */
    ResumePoint open() {
        pending = 0;
        pendingGaps = 0;
        pendingEntries = 0;
        pendingBytes = 0;
        end = topic.open();
        if (end instanceof ResumePoint.AfterEntry entry) {
            last = entry.last();
            incarnation = entry.incarnation();
        } else if (end instanceof ResumePoint.AfterHole hole) {
            last = hole.through();
            incarnation = hole.incarnation();
        }
        committed = last;
        return end;
    }

    /** What makes entries of the incarnation that is being recorded ready for {@link #entries}. */
    EntryPreparer preparer() {
        return topic.preparer(incarnation);
    }

    /** Where the topic ends, with what is not committed yet. */
    ResumePoint end() {
        return end;
    }

    Optime last() {
        return last;
    }

    /** The last place that readers of the topic can see. */
    Optime committed() {
        return committed;
    }

    int pending() {
        return pending;
    }

    /** Records committed so far, by this object. */
    long records() {
        return records;
    }

    /** Of them, gaps. */
    long gaps() {
        return gaps;
    }

    /** Begins the record of an incarnation. Not yet committed. */
    void start(Optime from, Incarnation begins, ReplicaSetRole role) {
        incarnation = begins;
        topic.append(OplogRecords.start(from, begins, role));
        added();
        endAtHole(from);
    }

    /** Records that entries are missing. Not yet committed. */
    void gap(Gap gap, Optime after) {
        topic.append(OplogRecords.gap(gap, after, incarnation));
        added();
        pendingGaps++;
        endAtHole(new Optime(gap.through(), after.term()));
    }

    /**
     * Appends entries in order; commits in between where the settings say so.
     *
     * @param batch what a cursor gave; a first one that was published already is left out
     * @throws DivergedHistoryException if entries are out of order
     */
    void entries(List<PreparedEntry> batch) {
        long bytes = 0;
        int overlap = overlap(batch);
        for (int i = 0; i < batch.size(); i++) {
            PreparedEntry entry = batch.get(i);
            bytes += entry.entryBytes();
            pendingBytes += entry.entryBytes();
            pendingEntries++;
            if (i >= overlap) {
                append(entry);
            }
        }
        if (!batch.isEmpty()) {
            end = new ResumePoint.AfterEntry(last, incarnation);
            receipts.sent(bytes, batch.size());
        }
    }

    private void append(PreparedEntry entry) {
        requireOrder(entry.optime());
        topic.append(entry);
        added();
        last = entry.optime();
        if (commitIsDue()) {
            end = new ResumePoint.AfterEntry(last, incarnation);
            commit();
        }
    }

    /** True if what is pending must not wait any longer. */
    boolean commitIsDue() {
        return pending >= settings.commitEntries()
                || pendingBytes >= settings.commitBytes()
                || (pending > 0 && untilCommit().compareTo(Duration.ZERO) <= 0);
    }

    /** How long what is pending may still wait; meaningless if nothing is. */
    Duration untilCommit() {
        long age = clock.nanoTime() - pendingSince;
        return settings.commitInterval().minusNanos(age);
    }

    /** Makes what is pending readable. */
    void commit() {
        // A crash before this returns: the topic holds all of the transaction or nothing of it, and
        // its own end tells which.
        topic.commit();
        records += pending;
        gaps += pendingGaps;
        pending = 0;
        pendingGaps = 0;
        committed = last;
        receipts.committed(pendingBytes, pendingEntries);
        pendingEntries = 0;
        pendingBytes = 0;
    }

    private int overlap(List<PreparedEntry> batch) {
        boolean repeated =
                end instanceof ResumePoint.AfterEntry
                        && !batch.isEmpty()
                        && batch.get(0).optime().equals(last);
        return repeated ? 1 : 0;
    }

    private void requireOrder(Optime next) {
        if (!next.clusterTime().isAfter(last.clusterTime())) {
            throw new DivergedHistoryException(
                    "The source gave entry "
                            + next
                            + " behind "
                            + last
                            + ": an oplog never goes back. Capture of this replica set stops, as"
                            + " the order of what it would publish is not known. Compare the"
                            + " members' oplogs.");
        }
    }

    private void added() {
        if (pending == 0) {
            pendingSince = clock.nanoTime();
        }
        pending++;
    }

    private void endAtHole(Optime through) {
        last = through;
        end = new ResumePoint.AfterHole(through, incarnation);
    }
}
