package io.tidemark.bench;

import com.github.luben.zstd.Zstd;
import io.tidemark.storage.object.Body;
import io.tidemark.storage.object.ObjectStore;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.bson.RawBsonDocument;

/** What a base snapshot does, without all that makes it a base. */
final class RawSnapshot {
    /** As a base's parts and their compression. */
    private static final int OBJECT_BYTES = 64 << 20;

    private static final int LEVEL = 3;
    private final SourceData source;
    private final int documents;
    private final int threads;

    RawSnapshot(SourceData source, int documents, int threads) {
        this.source = source;
        this.documents = documents;
        this.threads = threads;
    }

    /** Raw BSON of the documents. */
    long bytes() throws Exception {
        LongAdder bytes = new LongAdder();
        inRanges(range -> source.find(range[0], range[1], d -> bytes.add(size(d))));
        return bytes.sum();
    }

    double findCompressPut(ObjectStore store, String prefix) throws Exception {
        return Stopwatch.perSecond(
                documents,
                () -> {
                    inRanges(range -> findCompressPut(store, prefix + "/" + range[0], range));
                    return null;
                });
    }

    private void findCompressPut(ObjectStore store, String prefix, long[] range) {
        ByteArrayOutputStream pending = new ByteArrayOutputStream(OBJECT_BYTES / 4);
        int[] objects = new int[1];
        source.find(
                range[0],
                range[1],
                document -> {
                    pending.writeBytes(SourceData.bytes(document));
                    if (pending.size() >= OBJECT_BYTES) {
                        put(store, prefix + "-" + objects[0]++, pending);
                    }
                });
        put(store, prefix + "-" + objects[0], pending);
    }

    private static void put(ObjectStore store, String key, ByteArrayOutputStream pending) {
        store.put(key, Body.of(Zstd.compress(pending.toByteArray(), LEVEL)));
        pending.reset();
    }

    private static int size(RawBsonDocument document) {
        return document.getByteBuffer().remaining();
    }

    /** Each thread has a range of ids of its own. */
    private void inRanges(Consumer<long[]> work) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                long[] range = {
                    (long) documents * i / threads, (long) documents * (i + 1) / threads
                };
                running.add(pool.submit(() -> work.accept(range)));
            }
            for (Future<?> each : running) {
                each.get();
            }
        } finally {
            pool.shutdownNow();
        }
    }
}
