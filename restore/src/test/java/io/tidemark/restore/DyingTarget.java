package io.tidemark.restore;

import io.tidemark.restore.replay.DocumentId;
import io.tidemark.restore.replay.DocumentWrite;
import io.tidemark.restore.target.HeldCollection;
import io.tidemark.restore.target.MemoryRestoreTarget;
import io.tidemark.restore.target.TargetFacts;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.Namespace;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * A target of a process that is killed at one of its calls: the call is done, done half, or not
 * done, and no call after it does anything. What it wrote stays, for the next process.
 */
public final class DyingTarget implements RestoreTarget {
    /** Stands for {@code kill -9}. */
    public static final class Killed extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Killed(long call) {
            super("killed at call " + call + " to the targets");
        }
    }

    /** The process; all its targets share it. */
    public static final class Life {
        private final Random random;
        private long calls;
        private final long last;
        private int unmarksLeft = Integer.MAX_VALUE;

        /**
         * @param last it dies in this call
         */
        public Life(long last, Random random) {
            this.last = last;
            this.random = random;
        }

        /**
         * @param unmark it dies in the removal of this mark, if it gets there
         */
        public Life dyingAtUnmark(int unmark) {
            unmarksLeft = unmark;
            return this;
        }

        private synchronized void unmarks() {
            if (--unmarksLeft == 0) {
                calls = last;
            }
        }

        public synchronized long calls() {
            return calls;
        }

        public synchronized boolean isOver() {
            return calls >= last;
        }

        private synchronized Killed killed() {
            return new Killed(calls);
        }

        /** True if the process dies in this call. */
        private synchronized boolean dies() {
            if (calls >= last) {
                throw killed();
            }
            return ++calls == last;
        }

        private synchronized int below(int bound) {
            return random.nextInt(bound);
        }
    }

    private final MemoryRestoreTarget kept;
    private final Life life;

    public DyingTarget(MemoryRestoreTarget kept, Life life) {
        this.kept = kept;
        this.life = life;
    }

    private void change(Runnable work) {
        change(
                () -> {
                    work.run();
                    return null;
                });
    }

    private <T> T change(java.util.function.Supplier<T> work) {
        boolean dies = life.dies();
        if (dies && life.below(2) == 0) {
            throw life.killed();
        }
        T done = work.get();
        if (dies) {
            throw life.killed();
        }
        return done;
    }

    private void read(Runnable work) {
        if (life.dies()) {
            throw life.killed();
        }
        work.run();
    }

    @Override
    public TargetFacts inspect() {
        read(() -> {});
        return kept.inspect();
    }

    @Override
    public void expireDocuments(boolean on) {
        change(() -> kept.expireDocuments(on));
    }

    @Override
    public Map<Namespace, Optional<UUID>> collections() {
        read(() -> {});
        return kept.collections();
    }

    @Override
    public List<HeldCollection> held() {
        read(() -> {});
        return kept.held();
    }

    @Override
    public void ownOplog(Predicate<RawDocument> reader) {
        read(() -> kept.ownOplog(reader));
    }

    @Override
    public void dropIndexes(Namespace namespace) {
        change(() -> kept.dropIndexes(namespace));
    }

    @Override
    public Optional<RawDocument> readMark(String id) {
        read(() -> {});
        return kept.readMark(id);
    }

    @Override
    public boolean mark(RawDocument mark, Optional<ExpectedMark> expected) {
        return change(() -> kept.mark(mark, expected));
    }

    @Override
    public void unmark() {
        life.unmarks();
        change(kept::unmark);
    }

    @Override
    public void append(Namespace namespace, List<RawDocument> documents) {
        change(() -> kept.append(namespace, documents));
    }

    @Override
    public Optional<UUID> create(Namespace namespace, Optional<UUID> wanted, RawDocument options) {
        return change(() -> kept.create(namespace, wanted, options));
    }

    @Override
    public void drop(Namespace namespace) {
        change(() -> kept.drop(namespace));
    }

    @Override
    public void rename(Namespace from, Namespace to) {
        change(() -> kept.rename(from, to));
    }

    @Override
    public void modify(Namespace namespace, RawDocument changes) {
        change(() -> kept.modify(namespace, changes));
    }

    @Override
    public Optional<UUID> convertToCapped(Namespace namespace, long sizeBytes) {
        return change(() -> kept.convertToCapped(namespace, sizeBytes));
    }

    @Override
    public void createIndex(Namespace namespace, RawDocument specification) {
        change(() -> kept.createIndex(namespace, specification));
    }

    @Override
    public void find(
            Namespace namespace, Set<DocumentId> ids, BiConsumer<DocumentId, RawDocument> reader) {
        read(() -> kept.find(namespace, ids, reader));
    }

    @Override
    public Optional<RawDocument> newest(Namespace namespace) {
        read(() -> {});
        return kept.newest(namespace);
    }

    @Override
    public void scan(Namespace namespace, Consumer<RawDocument> reader) {
        read(() -> kept.scan(namespace, reader));
    }

    /** Deletes first, then puts; of either perhaps only some, in any order. */
    @Override
    public void write(
            Namespace namespace,
            List<DocumentWrite> writes,
            BiConsumer<DocumentId, RawDocument> displaced) {
        if (!life.dies()) {
            kept.write(namespace, writes, displaced);
            return;
        }
        boolean puts = life.below(2) == 0;
        List<DocumentWrite> some = new ArrayList<>();
        for (DocumentWrite write : writes) {
            boolean delete = write instanceof DocumentWrite.Delete;
            if (puts ? delete || life.below(2) == 0 : delete && life.below(2) == 0) {
                some.add(write);
            }
        }
        kept.write(namespace, some, (id, document) -> {});
        throw life.killed();
    }

    /** As many of the first as there was time for. */
    @Override
    public void writeInOrder(Namespace namespace, List<DocumentWrite> writes) {
        if (!life.dies()) {
            kept.writeInOrder(namespace, writes);
            return;
        }
        kept.writeInOrder(namespace, writes.subList(0, life.below(writes.size() + 1)));
        throw life.killed();
    }

    @Override
    public void close() {
        // Nothing is open.
    }

    @Override
    public String toString() {
        return kept.inspect().address();
    }
}
