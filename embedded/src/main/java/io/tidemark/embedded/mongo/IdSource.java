package io.tidemark.embedded.mongo;

import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.Random;
import java.util.UUID;
import org.bson.types.ObjectId;

/** Ids a simulated server makes; the same for the same seed and clock. Thread-safe. */
public final class IdSource {
    private final Random random;
    private final Clock clock;
    private final byte[] process = new byte[5];
    private int counter;

    public IdSource(long seed, Clock clock) {
        this(new Random(seed), clock);
    }

    private IdSource(Random random, Clock clock) {
        this.random = random;
        this.clock = clock;
        random.nextBytes(process);
        counter = random.nextInt(1 << 24);
    }

    public synchronized ObjectId objectId() {
        counter = (counter + 1) & 0xffffff;
        ByteBuffer bytes =
                ByteBuffer.allocate(12).putInt((int) (clock.millis() / 1000)).put(process);
        bytes.put((byte) (counter >> 16)).put((byte) (counter >> 8)).put((byte) counter);
        return new ObjectId(bytes.array());
    }

    public synchronized UUID uuid() {
        long high = (random.nextLong() & ~0xf000L) | 0x4000L;
        long low = (random.nextLong() & 0x3fffffffffffffffL) | 0x8000000000000000L;
        return new UUID(high, low);
    }
}
