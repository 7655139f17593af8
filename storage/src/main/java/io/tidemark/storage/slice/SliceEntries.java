package io.tidemark.storage.slice;

import io.tidemark.schemas.bson.MalformedBsonException;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.layout.ObjectKey;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.oplog.MalformedEntryException;
import io.tidemark.schemas.oplog.OplogEntry;
import io.tidemark.storage.frames.DocumentRun;
import io.tidemark.storage.frames.Frame;
import io.tidemark.storage.frames.FrameStream;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/**
 * The entries of a slice, in order, decoded frame by frame as they are asked for. An entry shares
 * its frame's array: keeping one keeps up to 4 MiB.
 */
public final class SliceEntries implements Iterator<OplogEntry>, AutoCloseable {
    private final ObjectKey.OfSlice key;
    private final List<Frame> frames;
    private final FrameStream stream;
    private final ClusterTime after;
    private final ClusterTime through;
    private DocumentRun run = DocumentRun.EMPTY;
    private ClusterTime before = ClusterTime.ZERO;
    private OplogEntry next;

    SliceEntries(
            ObjectKey.OfSlice key,
            List<Frame> frames,
            FrameStream stream,
            ClusterTime after,
            ClusterTime through) {
        this.key = key;
        this.frames = frames;
        this.stream = stream;
        this.after = after;
        this.through = through;
    }

    @Override
    public boolean hasNext() {
        while (next == null && (run.hasNext() || nextFrame())) {
            OplogEntry entry = decode();
            if (entry.clusterTime().isAfter(through)) {
                close();
            } else if (entry.clusterTime().isAfter(after)) {
                next = entry;
            }
        }
        return next != null;
    }

    @Override
    public OplogEntry next() {
        if (!hasNext()) {
            throw new NoSuchElementException("no further entry of " + key.text());
        }
        OplogEntry entry = next;
        next = null;
        return entry;
    }

    private boolean nextFrame() {
        if (!stream.hasNext()) {
            return false;
        }
        Frame frame = frames.get(stream.position());
        try {
            take(frame, new DocumentRun(stream.next()));
        } catch (MalformedBsonException e) {
            throw SliceReader.damaged(key, "holds what is no BSON (" + e.getMessage() + ")");
        }
        return true;
    }

    private void take(Frame frame, DocumentRun documents) {
        run = documents;
        if (frame.documents() != run.count()) {
            throw SliceReader.damaged(
                    key,
                    "holds " + run.count() + " entries where its index says " + frame.documents());
        }
    }

    private OplogEntry decode() {
        try {
            RawDocument document = run.next();
            OplogEntry entry = OplogEntry.of(document);
            if (!entry.clusterTime().isAfter(before)) {
                throw SliceReader.damaged(
                        key, "holds " + entry.optime() + " behind " + before + ", out of order");
            }
            before = entry.clusterTime();
            return entry;
        } catch (MalformedBsonException | MalformedEntryException e) {
            throw SliceReader.damaged(
                    key,
                    "holds something that is no entry behind "
                            + before
                            + " ("
                            + e.getMessage()
                            + ")");
        }
    }

    /** Gives up the rest. */
    @Override
    public void close() {
        run = DocumentRun.EMPTY;
        stream.stop();
    }
}
