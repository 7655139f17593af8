package io.tidemark.storage.frames;

import io.tidemark.storage.object.ObjectStore;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/**
 * Decodes neighbouring frames one after the other, fetching several small ones with one request.
 * The next one of a fetch is decoded while the reader is busy with the one before: so at most one
 * fetch and two decoded frames are held.
 */
public final class FrameStream implements Iterator<byte[]> {
    private static final int FETCH_BYTES = 8 * 1024 * 1024;

    /** Larger ones, of a single large document, are not held beside another one. */
    private static final int AHEAD_BYTES = 5 * 1024 * 1024;

    private final ObjectStore store;
    private final String key;
    private final List<Frame> frames;
    private final FrameDecoder decoder;
    private int to;
    private int next;
    private byte[] fetched = new byte[0];
    private long fetchedFrom;

    /** The frame {@code next}, under way; null where it is not fetched yet. */
    private CompletableFuture<byte[]> ahead;

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
        byte[] raw = ahead == null ? decode() : join(ahead);
        next++;
        ahead = null;
        if (!hasNext()) {
            fetched = new byte[0];
        } else if (isFetched(frames.get(next)) && frames.get(next).rawBytes() <= AHEAD_BYTES) {
            Supplier<byte[]> decoding = decoding();
            ahead = CompletableFuture.supplyAsync(decoding);
        }
        return raw;
    }

    private byte[] decode() {
        Frame frame = frames.get(next);
        if (!isFetched(frame)) {
            fetch(frame);
        }
        return decoding().get();
    }

    /** Of the frame {@code next}, which is fetched; may run in any thread. */
    private Supplier<byte[]> decoding() {
        int ordinal = next;
        Frame frame = frames.get(ordinal);
        byte[] bytes = fetched;
        int start = (int) (frame.offset() - fetchedFrom);
        int end = Math.min(bytes.length, start + frame.sizeBytes());
        return () -> decoder.decode(ordinal, frame, Arrays.copyOfRange(bytes, start, end));
    }

    private static byte[] join(CompletableFuture<byte[]> decoding) {
        try {
            return decoding.join();
        } catch (CompletionException failed) {
            if (failed.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw failed;
        }
    }

    private boolean isFetched(Frame frame) {
        return frame.end() <= fetchedFrom + fetched.length;
    }

    /** The index of the frame that {@link #next} will give. */
    public int position() {
        return next;
    }

    /** Gives up the rest. */
    public void stop() {
        to = next;
        ahead = null;
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
