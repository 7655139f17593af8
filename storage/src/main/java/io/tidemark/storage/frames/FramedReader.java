package io.tidemark.storage.frames;

import io.tidemark.storage.json.JsonFields;
import io.tidemark.storage.object.DamagedObjectException;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.storage.object.StoredObject;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;

/**
 * Reads a framed object by parts: header, index, and the frames that are wanted. Whatever is read
 * is checked first; bytes that are not what was written are never handed out. One thread at a time.
 */
public final class FramedReader {
    private static final int FIRST_READ = 16 * 1024;
    private static final int LAST_READ = 64 * 1024;
    private static final int MOST_TEXT = 64 * 1024 * 1024;
    private static final int CHUNK = 4 * 1024 * 1024;
    private final ObjectStore store;
    private final String key;
    private final FrameKeys keys;
    private byte[] headerFrame;
    private byte[] indexFrame;
    private FrameIndex index;

    public FramedReader(ObjectStore store, String key, FrameKeys keys) {
        this.store = store;
        this.key = key;
        this.keys = keys;
    }

    /**
     * @throws DamagedObjectException if there is no such object, or it doesn't begin as one of ours
     */
    public JsonFields header() {
        if (headerFrame == null) {
            headerFrame = readHeader();
        }
        return JsonFields.parse(
                key, Skippable.headerJson(headerFrame).orElseThrow(() -> damaged("header")));
    }

    private byte[] readHeader() {
        byte[] start = store.read(key, 0, FIRST_READ);
        int size = Skippable.headerBytes(start).orElseThrow(() -> damaged("header"));
        if (size > MOST_TEXT) {
            throw damaged("header");
        }
        byte[] frame = size <= start.length ? Arrays.copyOf(start, size) : store.read(key, 0, size);
        if (frame.length < size || Skippable.headerJson(frame).isEmpty()) {
            throw damaged("header");
        }
        return frame;
    }

    /**
     * @throws DamagedObjectException if the object doesn't end as one of ours: cut off, or damaged
     */
    public FrameIndex index() {
        if (index == null) {
            header();
            index = readIndex();
        }
        return index;
    }

    private FrameIndex readIndex() {
        long size =
                store.head(key)
                        .map(StoredObject::sizeBytes)
                        .orElseThrow(() -> DamagedObjectException.missing(key));
        int most = (int) Math.min(size, LAST_READ);
        byte[] end = store.read(key, size - most, most);
        int frameSize = Skippable.indexBytes(end).orElseThrow(() -> damaged("end"));
        if (frameSize > size || frameSize > MOST_TEXT) {
            throw damaged("index");
        }
        indexFrame =
                frameSize <= end.length
                        ? Arrays.copyOfRange(end, end.length - frameSize, end.length)
                        : store.read(key, size - frameSize, frameSize);
        byte[] json = Skippable.indexJson(indexFrame).orElseThrow(() -> damaged("index"));
        FrameIndex read = FrameIndex.of(key, json);
        requireCover(read, size - frameSize);
        return read;
    }

    /** Frames lie between header and index, and fill the room: no byte is outside all checks. */
    private void requireCover(FrameIndex read, long end) {
        List<Frame> frames = read.frames();
        boolean covers =
                !frames.isEmpty()
                        && frames.get(0).offset() == headerFrame.length
                        && frames.get(frames.size() - 1).end() == end;
        if (!covers) {
            throw damaged("index");
        }
    }

    /** The frames {@code from} (inclusive) to {@code to} (exclusive), decoded as they are read. */
    public FrameStream frames(int from, int to) {
        FrameDecoder decoder = new FrameDecoder(key, keys.cipher(key, header()));
        return new FrameStream(store, key, index().frames(), decoder, from, to);
    }

    /** Reads every byte and checks it, the digest of the whole included; decodes every frame. */
    public void verify() {
        verifyBytes();
        FrameStream all = frames(0, index().frames().size());
        while (all.hasNext()) {
            all.next();
        }
    }

    /** Reads every byte and compares the digest of the whole; decodes nothing. */
    public void verifyBytes() {
        MessageDigest digest = Sealing.sha256();
        List<Frame> frames = index().frames();
        long end = frames.get(frames.size() - 1).end();
        for (long at = 0; at < end; at += CHUNK) {
            int want = (int) Math.min(CHUNK, end - at);
            byte[] bytes = store.read(key, at, want);
            if (bytes.length < want) {
                throw damaged("middle");
            }
            digest.update(bytes);
        }
        if (!Sealing.hex(digest).equals(index().sha256())) {
            throw damaged("content");
        }
    }

    private DamagedObjectException damaged(String where) {
        return FrameDecoder.damaged(key, "its " + where + " is not what was written");
    }
}
