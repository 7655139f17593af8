package io.tidemark.storage.frames;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.ClusterTime;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * Builds one framed object from documents. The same documents with the same options give the same
 * frames, whatever else goes on: a frame ends before the document that would take it beyond its
 * size. Memory is what the options' budget gives plus one frame being compressed. One thread at a
 * time.
 */
public final class FramedWriter implements AutoCloseable {
    private final FrameOptions options;
    private final SpillBuffer pending;
    private final SpillBuffer packed;
    private final List<Frame> frames = new ArrayList<>();
    private long rawBytes;
    private long documents;
    private int pendingDocuments;
    private ClusterTime first;
    private ClusterTime last;
    private boolean sealed;

    public FramedWriter(FrameOptions options) {
        this.options = options;
        this.pending = new SpillBuffer(options.memory(), options.spillFolder());
        this.packed = new SpillBuffer(options.memory(), options.spillFolder());
    }

    /** A document without a place in time. */
    public void add(RawDocument document) {
        append(document.array(), document.offset(), document.sizeBytes());
    }

    /** A line of text, its end included, in place of a document. */
    public void addLine(byte[] line) {
        append(line, 0, line.length);
    }

    /** A document of that cluster time; in the order of time. */
    public void add(RawDocument document, ClusterTime time) {
        add(document);
        first = first == null ? time : first;
        last = time;
    }

    private void append(byte[] bytes, int offset, int size) {
        requireOpen();
        if (pendingDocuments > 0 && pending.sizeBytes() + size > options.frameBytes()) {
            endFrame();
        }
        pending.write(bytes, offset, size);
        pendingDocuments++;
        documents++;
        rawBytes += size;
    }

    private void endFrame() {
        FrameCodec codec = options.codecs().borrow();
        try {
            ByteBuffer frame = codec.compress(pending);
            frames.add(describe(frame));
            packed.write(frame);
        } finally {
            options.codecs().giveBack(codec);
        }
        pending.clear();
        pendingDocuments = 0;
        first = null;
        last = null;
    }

    private Frame describe(ByteBuffer frame) {
        CRC32C crc = new CRC32C();
        crc.update(frame.duplicate());
        return new Frame(
                packed.sizeBytes(),
                frame.remaining(),
                Math.toIntExact(pending.sizeBytes()),
                pendingDocuments,
                first == null ? Optional.empty() : Optional.of(new Frame.TimeSpan(first, last)),
                (int) crc.getValue());
    }

    /** Of the documents added so far. */
    public long rawBytes() {
        return rawBytes;
    }

    /** Stored bytes of the frames ended so far; what is pending is not counted. */
    public long packedBytes() {
        return packed.sizeBytes();
    }

    public long documents() {
        return documents;
    }

    /**
     * Ends the object; nothing can be added afterwards. The caller owns the result and this writer
     * gives its buffers to it.
     *
     * @param key the object's, so that a data key belongs to one object
     * @param header the JSON of the header frame; a field {@code encryption} is added if frames are
     *     sealed
     */
    public SealedObject seal(String key, ObjectNode header) {
        requireOpen();
        if (documents == 0) {
            throw new IllegalStateException("object " + key + " would hold no document");
        }
        if (pendingDocuments > 0) {
            endFrame();
        }
        sealed = true;
        return new Sealing(options, key, header).seal(packed, frames);
    }

    private void requireOpen() {
        if (sealed) {
            throw new IllegalStateException("this object is sealed already");
        }
    }

    /** Gives memory and disk back, unless they went to the sealed object. */
    @Override
    public void close() {
        pending.close();
        if (!sealed) {
            packed.close();
        }
    }
}
