package io.tidemark.bench;

import com.github.luben.zstd.Zstd;
import io.tidemark.storage.object.Body;
import io.tidemark.storage.object.ObjectStore;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

/** What sink does, without all that makes it an archive. */
final class RawArchiving {
    /** As sink's slices and their compression. */
    private static final int OBJECT_BYTES = 32 << 20;

    private static final int LEVEL = 3;

    private final Pipe pipe;
    private final String topic;
    private final long records;

    RawArchiving(Pipe pipe, String topic, long records) {
        this.pipe = pipe;
        this.topic = topic;
        this.records = records;
    }

    long records() {
        return records;
    }

    double consume() throws Exception {
        return Stopwatch.perSecond(records, () -> pipe.consume(topic, records, value -> {}));
    }

    double consumeCompressPut(ObjectStore store, String prefix) throws Exception {
        return Stopwatch.perSecond(
                records,
                () -> {
                    ByteArrayOutputStream pending = new ByteArrayOutputStream(OBJECT_BYTES + 4096);
                    int[] objects = new int[1];
                    pipe.consume(
                            topic,
                            records,
                            value -> {
                                pending.writeBytes(value);
                                if (pending.size() >= OBJECT_BYTES) {
                                    put(store, prefix + "/" + objects[0]++, pending);
                                }
                            });
                    put(store, prefix + "/" + objects[0], pending);
                    return null;
                });
    }

    private static void put(ObjectStore store, String key, ByteArrayOutputStream pending) {
        store.put(key, Body.of(Zstd.compress(pending.toByteArray(), LEVEL)));
        pending.reset();
    }

    /** The topic's values as compressed objects. */
    List<byte[]> compressed() {
        List<byte[]> objects = new ArrayList<>();
        ByteArrayOutputStream pending = new ByteArrayOutputStream(OBJECT_BYTES + 4096);
        pipe.consume(
                topic,
                records,
                value -> {
                    pending.writeBytes(value);
                    if (pending.size() >= OBJECT_BYTES) {
                        objects.add(Zstd.compress(pending.toByteArray(), LEVEL));
                        pending.reset();
                    }
                });
        objects.add(Zstd.compress(pending.toByteArray(), LEVEL));
        return objects;
    }
}
