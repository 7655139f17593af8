package io.tidemark.capture.snapshot;

import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.bson.RawDocumentBuilder;
import io.tidemark.schemas.bson.RawElement;
import io.tidemark.schemas.layout.PartId;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.storage.base.BasePart;
import io.tidemark.storage.base.PartSpan;
import io.tidemark.storage.base.PartWriter;
import io.tidemark.storage.base.ScannedPart;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads one range of one collection into parts, from where earlier runs got to. A cursor that is
 * lost is opened again after the last document. One thread.
 */
final class RangeScan implements AutoCloseable {
    /** So often a cursor may be lost without giving a document in between. */
    private static final int MOST_LOST = 20;

    private final ScanRun run;
    private final SnapshotSource.Listed collection;
    private final int rangeNumber;
    private final ScanRange range;
    private final List<BasePart> parts = new ArrayList<>();
    private int generation;
    private Optional<RawDocument> put = Optional.empty();
    private Optional<RawDocument> last = Optional.empty();
    private PartWriter part;
    private boolean snapshot;
    private int lost;

    /**
     * @param earlier parts of that range that earlier runs put
     * @param snapshot whether to read as of the run's time, as long as that can be had
     */
    RangeScan(
            ScanRun run,
            SnapshotSource.Listed collection,
            int rangeNumber,
            ScanRange range,
            List<ScannedPart> earlier,
            boolean snapshot) {
        this.run = run;
        this.collection = collection;
        this.rangeNumber = rangeNumber;
        this.range = range;
        this.snapshot = snapshot;
        if (range.byId()) {
            goOnAfter(earlier);
        }
    }

    /** The parts that follow each other without a hole, of several writers the last one's. */
    private void goOnAfter(List<ScannedPart> earlier) {
        Optional<ScannedPart> next = following(earlier);
        while (next.isPresent()) {
            parts.add(next.get().part());
            put = Optional.of(next.get().span().last());
            run.readThrough(next.get().span().readThrough());
            run.found(next.get().part());
            next = following(earlier);
        }
        last = put;
    }

    private Optional<ScannedPart> following(List<ScannedPart> earlier) {
        return earlier.stream()
                .filter(p -> p.part().id().range() == rangeNumber)
                .filter(p -> p.part().id().number() == parts.size())
                .filter(p -> p.span().after().equals(put))
                .reduce((a, b) -> b);
    }

    /**
     * Reads to the end of the range.
     *
     * @return its parts, those of earlier runs first
     * @throws CollectionGoneException if the collection was dropped
     */
    List<BasePart> scan() throws InterruptedException {
        boolean done = false;
        while (!done) {
            try {
                readToEnd();
                done = true;
            } catch (SnapshotLostException tooOld) {
                run.lostSnapshot(collection, tooOld);
                snapshot = false;
                if (!range.byId()) {
                    restart();
                }
            } catch (ScanInterruptedException interrupted) {
                if (++lost > MOST_LOST) {
                    throw new io.tidemark.capture.tail.SourceUnavailableException(
                            "Cursors over "
                                    + collection.namespace()
                                    + " on "
                                    + run.source().address()
                                    + " are lost again and again: "
                                    + interrupted.getMessage(),
                            interrupted);
                }
                restart();
            }
        }
        return parts;
    }

    /**
     * What was read since the last part was put may be another collection's, or there is no telling
     * where to go on.
     */
    private void restart() {
        discard();
        last = put;
        if (!range.byId()) {
            parts.clear();
            put = Optional.empty();
            last = Optional.empty();
            generation++;
        }
    }

    private void readToEnd() throws InterruptedException {
        Optional<RawDocument> after = last;
        ScanRange rest = after.map(range::startingAt).orElse(range);
        Optional<ClusterTime> at = snapshot ? run.readAt() : Optional.empty();
        try (DocumentCursor cursor = run.source().open(collection, rest, at)) {
            Optional<RawDocument> known = range.byId() ? after : Optional.empty();
            while (takeBatch(cursor, known)) {
                known = Optional.empty();
                lost = 0;
                run.requireGoingOn();
            }
            putPart(cursor);
        }
    }

    /**
     * @param known the document that was read last, with which the cursor may begin
     * @return false at the end
     */
    private boolean takeBatch(DocumentCursor cursor, Optional<RawDocument> known)
            throws InterruptedException {
        int documents;
        long bytes;
        run.awaitTurn();
        try {
            List<RawDocument> batch = cursor.next();
            if (batch.isEmpty()) {
                return false;
            }
            boolean again = known.isPresent() && isSameId(batch.get(0), known.get());
            List<RawDocument> fresh = batch.subList(again ? 1 : 0, batch.size());
            documents = fresh.size();
            bytes = take(cursor, fresh);
        } finally {
            run.took();
        }
        run.read(documents, bytes);
        return true;
    }

    /** Returns their bytes. */
    private long take(DocumentCursor cursor, List<RawDocument> batch) {
        long bytes = 0;
        RawDocument newest = null;
        for (RawDocument document : batch) {
            if (part != null
                    && part.rawBytes() + document.sizeBytes() > run.settings().partBytes()) {
                cameTo(newest);
                putPart(cursor);
            }
            if (part == null) {
                part = run.newPart(collection.uuid());
            }
            part.add(document);
            newest = document;
            bytes += document.sizeBytes();
        }
        cameTo(newest);
        return bytes;
    }

    /** Its id is copied: a batch is not kept. Null if no document came since the last time. */
    private void cameTo(RawDocument newest) {
        if (newest != null) {
            last = Optional.of(idOf(newest));
        }
    }

    private void putPart(DocumentCursor cursor) {
        if (part == null) {
            return;
        }
        cursor.confirm();
        ClusterTime through =
                snapshot && run.readAt().isPresent()
                        ? run.readAt().get()
                        : run.source().state().majority();
        run.readThrough(through);
        PartId id = new PartId(rangeNumber + generation, parts.size(), run.token());
        run.fence().check();
        parts.add(part.put(id, Optional.of(new PartSpan(put, last.orElseThrow(), through))));
        put = last;
        discard();
    }

    private void discard() {
        if (part != null) {
            part.close();
            part = null;
        }
    }

    private static RawDocument idOf(RawDocument document) {
        RawElement id =
                document.find("_id")
                        .orElseThrow(
                                () -> new IllegalStateException("a document without _id is read"));
        return RawDocument.of(
                new RawDocumentBuilder(id.valueSizeBytes() + 16).append("_id", id).build());
    }

    /**
     * Whether the first document of a cursor is the one that the scan had come to. If it was
     * replaced by one whose id has the same value in another type, that happened during the scan,
     * and replay brings it: what was read stays.
     */
    private static boolean isSameId(RawDocument document, RawDocument last) {
        RawElement id = document.find("_id").orElseThrow();
        RawElement before = last.find("_id").orElseThrow();
        return id.typeByte() == before.typeByte() && id.hasValueOf(before)
                || IdValue.areEqual(id, before);
    }

    @Override
    public void close() {
        discard();
    }
}
