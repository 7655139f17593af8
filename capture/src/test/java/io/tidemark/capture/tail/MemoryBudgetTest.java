package io.tidemark.capture.tail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class MemoryBudgetTest {
    private static final Duration SOON = Duration.ofMillis(50);
    private static final long TWO_REQUESTS = 2 * MemoryBudget.REQUEST_BYTES;

    private final MemoryBudget budget = new MemoryBudget(TWO_REQUESTS);

    @Test
    void aThirdRequestWaitsUntilOneOfTwoIsOver() throws Exception {
        MemoryBudget.Lease first = budget.lease();
        first.request();
        budget.lease().request();
        MemoryBudget.Lease third = budget.lease();

        assertThat(third.request(SOON)).isFalse();
        first.received(1_000);
        first.release(1_000);
        assertThat(third.request(SOON)).isTrue();
    }

    @Test
    void whatCameIsCountedTwiceUntilItIsReleased() throws Exception {
        MemoryBudget.Lease lease = budget.lease();
        lease.request();
        lease.received(4 << 20);

        assertThat(budget.freeBytes()).isEqualTo(TWO_REQUESTS - (8 << 20));
        lease.release(4 << 20);
        assertThat(budget.freeBytes()).isEqualTo(TWO_REQUESTS);
    }

    @Test
    void aReplicaSetThatHoldsMuchDoesNotReadAhead() throws Exception {
        MemoryBudget.Lease lease = budget.lease();
        lease.request();
        lease.received(16 << 20);

        assertThat(lease.request(SOON)).isFalse();
        lease.release(16 << 20);
        assertThat(lease.request(SOON)).isTrue();
    }

    @Test
    void closingGivesEverythingBackARequestUnderWayWhenItIsOver() throws Exception {
        MemoryBudget.Lease lease = budget.lease();
        lease.request();
        lease.received(1 << 20);
        lease.request();
        lease.close();
        assertThat(budget.freeBytes()).isEqualTo(TWO_REQUESTS - MemoryBudget.REQUEST_BYTES);

        lease.received(1 << 20);
        lease.release(1 << 20);
        lease.close();
        assertThat(budget.freeBytes()).isEqualTo(TWO_REQUESTS);
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
                                return budget.lease().request(Duration.ofSeconds(30));
                            } catch (InterruptedException e) {
                                throw new IllegalStateException(e);
                            }
                        });

        await().until(() -> budget.turn(second).compareTo(second) < 0);
        other.received(0);
        assertThat(waits.get()).isTrue();
    }

    @Test
    void aBudgetInWhichTheGreatestEntryHasNoRoomIsRefused() {
        assertThatThrownBy(() -> new MemoryBudget(MemoryBudget.REQUEST_BYTES - 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("greatest size");
    }
}
