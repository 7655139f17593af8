package io.tidemark.storage.frames;

import io.tidemark.storage.object.ObjectStore;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/**
 * Decodes neighbouring frames one after the other, fetching several small ones with one request.
 * Holds at most one fetch and one decoded frame.
 */
public final class FrameStream implements Iterator<byte[]> {
    private static final int FETCH_BYTES = 8 * 1024 * 1024;
    private final ObjectStore store;
    private final String key;
    private final List<Frame> frames;
    private final FrameDecoder decoder;
    private int to;
    private int next;
    private byte[] fetched = new byte[0];
    private long fetchedFrom;

    FrameStream(
            ObjectStore store,
            String key,
            List<Frame> frames,
            FrameDecoder decoder,
            int from,
            int to) {
        this.store = store;
        this.key = key;
        this.frames = frames;
        this.decoder = decoder;
        this.next = from;
        this.to = to;
    }

    @Override
    public boolean hasNext() {
        return next < to;
    }

    /** The documents of the next frame, concatenated. */
    @Override
    public byte[] next() {
        if (!hasNext()) {
            throw new NoSuchElementException("no further frame of " + key);
        }
        Frame frame = frames.get(next);
        if (frame.end() > fetchedFrom + fetched.length) {
            fetch(frame);
        }
        int start = (int) (frame.offset() - fetchedFrom);
        int end = Math.min(fetched.length, start + frame.sizeBytes());
        byte[] raw = decoder.decode(next, frame, Arrays.copyOfRange(fetched, start, end));
        next++;
        if (!hasNext()) {
            fetched = new byte[0];
        }
        return raw;
    }

    /** The index of the frame that {@link #next} will give. */
    public int position() {
        return next;
    }

    /** Gives up the rest. */
    public void stop() {
        to = next;
        fetched = new byte[0];
    }

    private void fetch(Frame first) {
        long end = first.end();
        for (int i = next + 1; i < to && frames.get(i).end() - first.offset() <= FETCH_BYTES; i++) {
            end = frames.get(i).end();
        }
        fetched = store.read(key, first.offset(), (int) (end - first.offset()));
        fetchedFrom = first.offset();
    }
}
