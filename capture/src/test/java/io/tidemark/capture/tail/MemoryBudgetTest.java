package io.tidemark.capture.tail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class MemoryBudgetTest {
    private static final Duration SOON = Duration.ofMillis(50);
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final long KIB = 1 << 10;
    private static final long MIB = 1 << 20;

    /** Room for four requests by bytes; there may be two at a time. */
    private static final long BYTES = 256 * MIB;

    private final MemoryBudget budget = new MemoryBudget(BYTES);

    @Test
    void aThirdRequestWaitsUntilOneOfTwoIsOver() throws Exception {
        MemoryBudget.Lease first = budget.lease();
        first.request();
        budget.lease().request();
        MemoryBudget.Lease third = budget.lease();

        assertThat(third.request(SOON)).isFalse();
        first.received(1_000, 1);
        assertThat(third.request(SOON)).isTrue();
    }

    @Test
    void requestsThatDontFitBesideWhatIsHeldWait() throws Exception {
        MemoryBudget small = new MemoryBudget(MemoryBudget.REQUEST_BYTES);
        MemoryBudget.Lease first = small.lease();
        first.request();
        first.received(1_000, 1);
        MemoryBudget.Lease second = small.lease();

        assertThat(second.request(SOON)).isFalse();
        first.sent(1_000, 1);
        assertThat(second.request(SOON)).isFalse();
        first.release(1_000, 1);
        assertThat(second.request(SOON)).isTrue();
    }

    @Test
    void whatCameIsCountedWithItsCopiesThenWithTheProducersBufferOnly() throws Exception {
        MemoryBudget.Lease lease = budget.lease();
        lease.request();
        lease.received(8 * MIB, 100);

        assertThat(budget.freeBytes()).isEqualTo(BYTES - 25 * MIB - 100 * KIB);
        lease.sent(8 * MIB, 100);
        assertThat(budget.freeBytes()).isEqualTo(BYTES - 9 * MIB - 25 * KIB);
        lease.release(8 * MIB, 100);
        assertThat(budget.freeBytes()).isEqualTo(BYTES);
    }

    @Test
    void manyTinyEntriesAreCountedByTheObjectsAroundThem() throws Exception {
        MemoryBudget.Lease lease = budget.lease();
        lease.request();
        lease.received(0, OplogCursor.MOST_ENTRIES);

        assertThat(budget.freeBytes()).isEqualTo(BYTES - 4 * MIB);
    }

    @Test
    void smallPiecesAddUpToTheWhole() throws Exception {
        MemoryBudget.Lease lease = budget.lease();
        lease.request();
        lease.received(3_000, 3);
        for (int i = 0; i < 3; i++) {
            lease.sent(1_000, 1);
            lease.release(1_000, 1);
            assertThat(budget.freeBytes() == BYTES).isEqualTo(i == 2);
        }
    }

    @Test
    void aReplicaSetThatHoldsMuchDoesNotReadAhead() throws Exception {
        MemoryBudget.Lease lease = budget.lease();
        lease.request();
        lease.received(16 * MIB, 1);

        assertThat(lease.request(SOON)).isFalse();
        lease.sent(16 * MIB, 1);
        lease.release(16 * MIB, 1);
        assertThat(lease.request(SOON)).isTrue();
    }

    @Test
    void closingGivesEverythingBackARequestUnderWayWhenItIsOver() throws Exception {
        MemoryBudget.Lease lease = budget.lease();
        lease.request();
        lease.received(MIB, 1);
        lease.request();
        lease.close();
        assertThat(budget.freeBytes()).isEqualTo(BYTES - kib(MemoryBudget.REQUEST_BYTES));

        lease.received(MIB, 1);
        lease.received(MIB, 1);
        lease.sent(MIB, 1);
        lease.release(MIB, 1);
        lease.close();
        assertThat(budget.freeBytes()).isEqualTo(BYTES);
        budget.lease().request();
        budget.lease().request();
        assertThat(budget.lease().request(SOON)).isFalse();
    }

    @Test
    void whileOthersWaitForMemoryARequestWaitsForEntriesOnlyBriefly() throws Exception {
        Duration second = Duration.ofSeconds(1);
        assertThat(budget.turn(second)).isEqualTo(second);
        budget.lease().request();
        MemoryBudget.Lease other = budget.lease();
        other.request();
        CompletableFuture<Boolean> waits =
                CompletableFuture.supplyAsync(
                        () -> {
                            try {
                                return budget.lease().request(PATIENCE);
                            } catch (InterruptedException e) {
                                throw new IllegalStateException("nobody interrupts", e);
                            }
                        });

        await().atMost(PATIENCE).until(() -> budget.turn(second).compareTo(second) < 0);
        other.received(0, 0);
        assertThat(waits.get()).isTrue();
    }

    @Test
    void theEndOfATopicIsReadInARequestsPlace() throws Exception {
        MemoryBudget.Lease first = budget.lease();
        first.request();
        budget.lease().request();
        CompletableFuture<String> read =
                CompletableFuture.supplyAsync(() -> budget.read(() -> "the end"));

        await().atMost(PATIENCE)
                .until(() -> budget.turn(Duration.ofSeconds(1)).compareTo(SOON) < 0);
        assertThat(read).isNotDone();
        first.received(0, 0);
        assertThat(read.get()).isEqualTo("the end");
        first.request();
    }

    @Test
    void aSmallBudgetAllowsOneRequestAtATimeALargeOneMore() {
        assertThat(MemoryBudget.requestsAtATime(96 * MIB)).isEqualTo(1);
        assertThat(MemoryBudget.requestsAtATime(1024 * MIB)).isEqualTo(8);
    }

    @Test
    void aBudgetInWhichTheGreatestEntryHasNoRoomIsRefused() {
        assertThatThrownBy(() -> new MemoryBudget(MemoryBudget.REQUEST_BYTES - 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("greatest size");
    }

    private static long kib(long bytes) {
        return (bytes + KIB - 1) / KIB * KIB;
    }
}
