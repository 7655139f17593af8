package io.tidemark.capture.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.storage.frames.FrameOptions;
import io.tidemark.storage.object.FileObjectStore;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How a scan reads at the rate that the agent or the snapshot's command allows. */
class SnapshotBucketTest {
    private static final int MIB = 1 << 20;
    @TempDir private Path folder;

    @ParameterizedTest
    @CsvSource({
        "0,   0,   2097152, 4", // no limit
        "16,  0,   524288,  1",
        "0,   16,  524288,  1", // of the command alone
        "100, 16,  524288,  1", // the lower one counts
        "16,  100, 524288,  1",
        "2,   0,   65536,   1", // 32 requests a second
        "1,   0,   65536,   1", // but none for less
        "64,  0,   2097152, 3",
        "900, 0,   2097152, 4" // not more threads than there are
    })
    void readsWithAsManyThreadsAsTheRateNeedsAndNotInBursts(
            long agentMib, long commandMib, int batchBytes, int threads) {
        SnapshotSettings settings = new SnapshotSettings(4, 64L * MIB, 256L * MIB, agentMib * MIB);
        try (FileObjectStore store = new FileObjectStore(folder)) {
            SnapshotBucket bucket =
                    new SnapshotBucket(store, FrameOptions.defaults(), settings)
                            .limitedTo(commandMib * MIB);

            assertThat(bucket.batchBytes()).isEqualTo(batchBytes);
            assertThat(bucket.threadsAtOnce()).isEqualTo(threads);
            assertThat(bucket.scheduling())
                    .isEqualTo(
                            agentMib + commandMib == 0
                                    ? SchedulingPolicy.NORMAL
                                    : SchedulingPolicy.IDLE);
        }
    }
}
