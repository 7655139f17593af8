package io.tidemark.cli.backupfile;

import io.tidemark.storage.object.ObjectStore;
import io.tidemark.storage.object.StoredObject;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Objects;

/** Reads objects one after the other, a few MiB per request. */
final class ObjectInputStream extends InputStream {
    private static final int REQUEST_BYTES = 4 << 20;

    private final ObjectStore store;
    private final List<StoredObject> objects;
    private int current;
    private long offset;
    private byte[] block = {};
    private int at;

    ObjectInputStream(ObjectStore store, List<StoredObject> objects) {
        this.store = store;
        this.objects = objects;
    }

    @Override
    public int read() throws IOException {
        return fill() ? block[at++] & 0xFF : -1;
    }

    @Override
    public int read(byte[] target, int from, int length) throws IOException {
        Objects.checkFromIndexSize(from, length, target.length);
        if (length == 0) {
            return 0;
        }
        if (!fill()) {
            return -1;
        }
        int count = Math.min(length, block.length - at);
        System.arraycopy(block, at, target, from, count);
        at += count;
        return count;
    }

    /** Not 0 before the end: gzip's reader takes 0 for the end of the file. */
    @Override
    public int available() throws IOException {
        return fill() ? block.length - at : 0;
    }

    private boolean fill() throws IOException {
        while (at == block.length && current < objects.size()) {
            StoredObject object = objects.get(current);
            if (offset >= object.sizeBytes()) {
                current++;
                offset = 0;
                continue;
            }
            int length = (int) Math.min(REQUEST_BYTES, object.sizeBytes() - offset);
            block = store.read(object.key(), offset, length);
            at = 0;
            offset += block.length;
            if (block.length < length) {
                throw new IOException(
                        "object "
                                + object.key()
                                + " ends after "
                                + offset
                                + " bytes of the "
                                + object.sizeBytes()
                                + " that it was listed with");
            }
        }
        return at < block.length;
    }
}
