package io.tidemark.storage.slice;

import io.tidemark.schemas.layout.ObjectKey;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.storage.frames.Frame;
import io.tidemark.storage.frames.FrameIndex;
import io.tidemark.storage.frames.FrameKeys;
import io.tidemark.storage.frames.FrameStream;
import io.tidemark.storage.frames.FramedReader;
import io.tidemark.storage.object.DamagedObjectException;
import io.tidemark.storage.object.ObjectStore;
import java.util.List;

/**
 * Reads slices. Everything handed out was checked against what was written; every method throws
 * {@link DamagedObjectException} where a slice is missing, cut off, changed in any bit, not what
 * its key says, or sealed with a key that isn't here. May be shared by threads.
 */
public final class SliceReader {
    private final ObjectStore store;
    private final FrameKeys keys;

    public SliceReader(ObjectStore store, FrameKeys keys) {
        this.store = store;
        this.keys = keys;
    }

    /** Reads the header only. */
    public SliceHeader header(ObjectKey.OfSlice key) {
        return header(key, open(key));
    }

    private static SliceHeader header(ObjectKey.OfSlice key, FramedReader object) {
        SliceHeader header = SliceHeaderJson.read(object.header());
        if (!header.key().equals(key)) {
            throw damaged(key, "says of itself that it is " + header.key().text());
        }
        return header;
    }

    /** What its frames hold, as its index tells it; reads no frame. */
    public List<Frame> frames(ObjectKey.OfSlice key) {
        return open(key).index().frames();
    }

    /** All entries in order. */
    public SliceEntries entries(ObjectKey.OfSlice key) {
        return entries(key, ClusterTime.ZERO, ClusterTime.MAX);
    }

    /** The entries in {@code (after, through]}; fetches only the frames that hold them. */
    public SliceEntries entries(ObjectKey.OfSlice key, ClusterTime after, ClusterTime through) {
        FramedReader object = open(key);
        SliceHeader header = header(key, object);
        FrameIndex index = object.index();
        requireSame(key, header, index);
        List<Frame> frames = index.frames();
        int from = 0;
        while (from < frames.size() && !span(frames, from).last().isAfter(after)) {
            from++;
        }
        int to = from;
        while (to < frames.size() && !span(frames, to).first().isAfter(through)) {
            to++;
        }
        FrameStream stream = object.frames(from, to);
        return new SliceEntries(key, frames, stream, after, through);
    }

    /** Reads every byte, decodes every entry, and compares all that the slice says of itself. */
    public SliceHeader verify(ObjectKey.OfSlice key) {
        FramedReader object = open(key);
        object.verify();
        SliceHeader header = header(key, object);
        try (SliceEntries entries = entries(key)) {
            SliceCheck check = new SliceCheck(header);
            entries.forEachRemaining(check::see);
            check.finish();
        }
        return header;
    }

    /** Reads every byte and compares it with the slice's own digest; decodes no entry. */
    public void verifyBytes(ObjectKey.OfSlice key) {
        FramedReader object = open(key);
        requireSame(key, header(key, object), object.index());
        object.verifyBytes();
    }

    private FramedReader open(ObjectKey.OfSlice key) {
        return new FramedReader(store, key.text(), keys);
    }

    private static void requireSame(ObjectKey.OfSlice key, SliceHeader header, FrameIndex index) {
        List<Frame> frames = index.frames();
        boolean timed = frames.stream().allMatch(frame -> frame.times().isPresent());
        boolean same =
                timed
                        && index.documents() == header.entryCount()
                        && index.rawBytes() == header.rawBytes()
                        && span(frames, 0).first().equals(header.first().clusterTime())
                        && span(frames, frames.size() - 1)
                                .last()
                                .equals(header.last().clusterTime());
        if (!same) {
            throw damaged(key, "has a header and an index that tell different things");
        }
    }

    private static Frame.TimeSpan span(List<Frame> frames, int i) {
        return frames.get(i).times().orElseThrow();
    }

    static DamagedObjectException damaged(ObjectKey key, String what) {
        return new DamagedObjectException(
                new DamagedObjectException.Damage(
                        key.text(),
                        what,
                        "its entries can't be trusted, so times that need them can't be restored",
                        "bring the object back from a copy of the bucket; without one, take a new"
                                + " base snapshot"));
    }
}
