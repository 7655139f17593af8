package io.tidemark.sink.store;

/** Tells others how far the archive reaches. A hint: the bucket is the truth. */
public interface ProgressLog extends AutoCloseable {
    /** Called after the object is in the bucket; returns at once, failures are logged only. */
    void archived(Archived object);

    /** Sends what is under way, bounded. Idempotent. */
    @Override
    void close();

    /** For workers that tell nobody. */
    static ProgressLog none() {
        return new ProgressLog() {
            @Override
            public void archived(Archived object) {
                // Nobody listens.
            }

            @Override
            public void close() {
                // Nothing is open.
            }
        };
    }
}
