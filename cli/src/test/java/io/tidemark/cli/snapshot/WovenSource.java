package io.tidemark.cli.snapshot;

import io.tidemark.capture.snapshot.DocumentCursor;
import io.tidemark.capture.snapshot.ScanRange;
import io.tidemark.capture.snapshot.SnapshotSource;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Incarnation;
import java.util.List;
import java.util.Optional;

/** A real source; before each of its requests the world goes on, and the reader may die. */
record WovenSource(SnapshotSource source, Fate fate) implements SnapshotSource {
    @Override
    public String address() {
        return source.address();
    }

    @Override
    public Incarnation incarnation() {
        return source.incarnation();
    }

    @Override
    public Versions versions() {
        fate.reads();
        return source.versions();
    }

    @Override
    public State state() {
        fate.reads();
        return source.state();
    }

    @Override
    public List<ClusterTime> openTransactions() {
        fate.reads();
        return source.openTransactions();
    }

    @Override
    public List<TransactionEntry> transactionEntries(ClusterTime after, ClusterTime through) {
        fate.reads();
        return source.transactionEntries(after, through);
    }

    @Override
    public Optional<ClusterTime> previousInTransaction(ClusterTime entry) {
        return source.previousInTransaction(entry);
    }

    @Override
    public List<Listed> collections() {
        fate.reads();
        return source.collections();
    }

    @Override
    public Optional<List<RawDocument>> indexes(Listed collection) {
        fate.reads();
        return source.indexes(collection);
    }

    @Override
    public Size size(Listed collection) {
        return source.size(collection);
    }

    @Override
    public List<RawDocument> sample(Listed collection, int count) {
        fate.reads();
        return source.sample(collection, count);
    }

    @Override
    public DocumentCursor open(Listed collection, ScanRange range, Optional<ClusterTime> readAt) {
        fate.reads();
        DocumentCursor cursor = source.open(collection, range, readAt);
        return new DocumentCursor() {
            @Override
            public List<RawDocument> next() {
                fate.reads();
                return cursor.next();
            }

            @Override
            public void confirm() {
                cursor.confirm();
            }

            @Override
            public void close() {
                cursor.close();
            }
        };
    }

    @Override
    public void close() {
        source.close();
    }
}
