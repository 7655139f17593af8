package io.tidemark.storage.frames;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import java.nio.ByteBuffer;

/**
 * Compresses one frame at a time. Buffers lie outside the heap: compressing an array would hold off
 * the garbage collector meanwhile.
 */
final class FrameCodec {
    private static final int KEPT_BYTES = 5 * 1024 * 1024;
    private final ZstdCompressCtx context;
    private ByteBuffer raw = ByteBuffer.allocateDirect(0);
    private ByteBuffer packed = ByteBuffer.allocateDirect(0);

    FrameCodec(ZstdCompressCtx context) {
        this.context = context;
    }

    /** The frame of what {@code content} holds; valid until the next call. */
    ByteBuffer compress(SpillBuffer content) {
        int size = Math.toIntExact(content.sizeBytes());
        raw = atLeast(raw, size);
        content.readInto(raw);
        raw.flip();
        packed = atLeast(packed, (int) Zstd.compressBound(size));
        context.compress(packed, raw);
        return packed.flip();
    }

    private static ByteBuffer atLeast(ByteBuffer buffer, int size) {
        ByteBuffer enough = buffer.capacity() >= size ? buffer : ByteBuffer.allocateDirect(size);
        return enough.clear();
    }

    void dropLargeBuffers() {
        raw = raw.capacity() > KEPT_BYTES ? ByteBuffer.allocateDirect(0) : raw;
        packed = packed.capacity() > KEPT_BYTES ? ByteBuffer.allocateDirect(0) : packed;
    }
}
