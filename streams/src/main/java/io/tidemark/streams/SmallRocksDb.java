package io.tidemark.streams;

import java.util.Map;
import org.apache.kafka.streams.state.RocksDBConfigSetter;
import org.rocksdb.Options;

/**
 * Memory for stores that hold megabytes, not gigabytes: RocksDB's usual share is about 100 MiB for
 * each. Made by Kafka Streams.
 */
public final class SmallRocksDb implements RocksDBConfigSetter {
    private static final long BUFFER_BYTES = 4L << 20;

    @Override
    public void setConfig(String store, Options options, Map<String, Object> configs) {
        options.setWriteBufferSize(BUFFER_BYTES);
        options.setMaxWriteBufferNumber(2);
    }

    @Override
    public void close(String store, Options options) {
        // Nothing was made that RocksDB doesn't own.
    }
}
