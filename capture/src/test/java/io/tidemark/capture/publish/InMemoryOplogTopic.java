package io.tidemark.capture.publish;

import io.tidemark.schemas.avro.OplogRecord;
import io.tidemark.schemas.avro.RecordKind;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.oplog.OplogRecords;
import io.tidemark.schemas.registry.InMemorySchemaRegistry;
import io.tidemark.schemas.registry.SchemaRegistry;
import io.tidemark.schemas.wire.RecordDeserializer;
import io.tidemark.schemas.wire.RecordSerializer;
import java.util.ArrayList;
import java.util.List;

/** A topic in memory, for one owner; owners of the same {@link Log} fence each other. */
public final class InMemoryOplogTopic implements OplogTopic {
    /** What is committed, and whose turn it is; faults can be asked for. */
    public static final class Log {
        private final List<OplogRecord> records = new ArrayList<>();
        private int epoch;
        private int failingCommits;
        private boolean failedCommitsCount;

        public synchronized List<OplogRecord> records() {
            return List.copyOf(records);
        }

        /**
         * The next commits fail.
         *
         * @param thoughDone whether the records are committed although the owner is not told
         */
        public synchronized void failCommits(int count, boolean thoughDone) {
            failingCommits = count;
            failedCommitsCount = thoughDone;
        }
    }

    private static final String TOPIC = "in-memory";
    private static final SchemaRegistry REGISTRY = new InMemorySchemaRegistry();
    private static final RecordSerializer<OplogRecord> SERIALIZER =
            new RecordSerializer<>(REGISTRY, OplogRecord.getClassSchema());
    private static final RecordDeserializer<OplogRecord> DESERIALIZER =
            new RecordDeserializer<>(REGISTRY, OplogRecord.class, OplogRecord.getClassSchema());

    private final Log log;
    private final List<OplogRecord> pending = new ArrayList<>();
    private int epoch = -1;

    public InMemoryOplogTopic(Log log) {
        this.log = log;
    }

    @Override
    public ResumePoint open() {
        pending.clear();
        synchronized (log) {
            epoch = ++log.epoch;
            return log.records.isEmpty()
                    ? new ResumePoint.Empty()
                    : pointAfter(log.records.get(log.records.size() - 1));
        }
    }

    private static ResumePoint pointAfter(OplogRecord last) {
        Incarnation incarnation = new Incarnation(last.getIncarnation());
        boolean hole = last.getKind() == RecordKind.GAP || last.getKind() == RecordKind.START;
        return hole
                ? new ResumePoint.AfterHole(OplogRecords.optime(last), incarnation)
                : new ResumePoint.AfterEntry(OplogRecords.optime(last), incarnation);
    }

    @Override
    public EntryPreparer preparer(Incarnation incarnation) {
        requireOpen();
        return new EntryPreparer(SERIALIZER.schemaId(TOPIC), incarnation);
    }

    @Override
    public void append(PreparedEntry entry) {
        append(DESERIALIZER.deserialize(TOPIC, entry.value()));
    }

    @Override
    public void append(OplogRecord record) {
        requireOpen();
        pending.add(record);
    }

    private void requireOpen() {
        if (epoch < 0) {
            throw new IllegalStateException("not open");
        }
    }

    @Override
    public void commit() {
        synchronized (log) {
            if (pending.isEmpty()) {
                return;
            }
            if (epoch != log.epoch) {
                throw new FencedException("another owner", null);
            }
            if (log.failingCommits > 0) {
                log.failingCommits--;
                if (log.failedCommitsCount) {
                    log.records.addAll(pending);
                }
                throw new TopicUnavailableException("no answer", null);
            }
            log.records.addAll(pending);
            pending.clear();
        }
    }

    @Override
    public void close() {
        pending.clear();
    }
}
