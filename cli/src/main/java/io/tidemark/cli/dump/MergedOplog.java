package io.tidemark.cli.dump;

import io.tidemark.cli.backupfile.BackupFile;
import io.tidemark.schemas.oplog.OplogEntry;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;

/**
 * The entries of several oplog files as one oplog, each entry once. Holds one entry per file that
 * overlaps at the moment.
 */
final class MergedOplog implements Closeable {
    private record Head(OplogEntry entry, OplogFile.Reader reader) {}

    private static final Comparator<Head> BY_TIME =
            Comparator.comparing((Head head) -> head.entry().clusterTime());

    private final Deque<OplogFile> unopened;
    private final PriorityQueue<Head> heads = new PriorityQueue<>(BY_TIME);
    private OplogEntry previous;
    private BackupFile previousFile;
    private long duplicates;

    /**
     * @param sorted by their first entries
     */
    MergedOplog(List<OplogFile> sorted) {
        this.unopened = new ArrayDeque<>(sorted);
    }

    /** How many entries were left out so far because an equal one had been given. */
    long duplicates() {
        return duplicates;
    }

    /**
     * @throws io.tidemark.cli.CommandFailure if two files hold different entries at one cluster
     *     time, or the term falls from one to the other
     */
    Optional<OplogEntry> next() {
        for (Optional<Head> head = poll(); head.isPresent(); head = poll()) {
            OplogEntry entry = head.get().entry();
            if (!repeats(head.get())) {
                requireTerm(head.get());
                previous = entry;
                previousFile = head.get().reader().file();
                return Optional.of(entry);
            }
            duplicates++;
        }
        return Optional.empty();
    }

    private boolean repeats(Head head) {
        if (previous == null || !head.entry().clusterTime().equals(previous.clusterTime())) {
            return false;
        }
        if (!head.entry().raw().equals(previous.raw())) {
            throw OneHistory.different(
                    previous.optime(), previousFile, head.entry().optime(), head.reader().file());
        }
        return true;
    }

    private void requireTerm(Head head) {
        if (previous != null) {
            OneHistory.requireTerm(
                    previous.optime(), previousFile, head.entry().optime(), head.reader().file());
        }
    }

    private Optional<Head> poll() {
        while (!unopened.isEmpty() && (heads.isEmpty() || opensBefore(heads.peek()))) {
            push(unopened.poll().open());
        }
        Head head = heads.poll();
        if (head != null) {
            push(head.reader());
        }
        return Optional.ofNullable(head);
    }

    private boolean opensBefore(Head head) {
        return !unopened.peek().first().clusterTime().isAfter(head.entry().clusterTime());
    }

    private void push(OplogFile.Reader reader) {
        Optional<OplogEntry> entry = reader.next();
        if (entry.isPresent()) {
            heads.add(new Head(entry.get(), reader));
            return;
        }
        try {
            reader.close();
        } catch (IOException unreadable) {
            throw reader.file().unreadable(unreadable);
        }
    }

    @Override
    public void close() throws IOException {
        for (Head head : heads) {
            head.reader().close();
        }
        heads.clear();
        unopened.clear();
    }
}
