package io.tidemark.storage.frames;

import io.tidemark.storage.object.Body;
import java.io.IOException;
import java.io.InputStream;

/**
 * A framed object ready to be put. Close it when the put is done: it gives memory and disk back.
 */
public final class SealedObject implements Body, AutoCloseable {
    private final Body body;
    private final AutoCloseable held;
    private final FrameIndex index;

    SealedObject(Body body, AutoCloseable held, FrameIndex index) {
        this.body = body;
        this.held = held;
        this.index = index;
    }

    @Override
    public long sizeBytes() {
        return body.sizeBytes();
    }

    @Override
    public InputStream open() throws IOException {
        return body.open();
    }

    public FrameIndex index() {
        return index;
    }

    @Override
    public void close() {
        try {
            held.close();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("a spill file can't be closed", e);
        }
    }
}
