package io.tidemark.storage.frames;

import com.github.luben.zstd.ZstdCompressCtx;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Compressors to borrow: each holds native memory and two buffers, so there are as many as threads
 * that compress at once, not as many as open slices. Thread-safe.
 */
public final class FrameCodecs {
    private final int level;
    private final Deque<FrameCodec> idle = new ArrayDeque<>();

    public FrameCodecs(int level) {
        this.level = level;
    }

    FrameCodec borrow() {
        synchronized (idle) {
            FrameCodec codec = idle.poll();
            if (codec != null) {
                return codec;
            }
        }
        ZstdCompressCtx context = new ZstdCompressCtx();
        // zstd's own checksum too: whoever unpacks with zstd alone notices damage.
        context.setLevel(level).setChecksum(true).setContentSize(true);
        return new FrameCodec(context);
    }

    void giveBack(FrameCodec codec) {
        codec.dropLargeBuffers();
        synchronized (idle) {
            idle.push(codec);
        }
    }
}
