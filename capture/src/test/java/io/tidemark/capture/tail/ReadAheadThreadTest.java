package io.tidemark.capture.tail;

import static io.tidemark.capture.Entries.at;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.tidemark.capture.Entries;
import io.tidemark.capture.publish.EntryPreparer;
import io.tidemark.capture.publish.InMemoryOplogTopic;
import io.tidemark.capture.publish.PreparedEntry;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.model.Optime;
import io.tidemark.schemas.oplog.OplogEntry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ReadAheadThreadTest {
    private static final Duration WAIT = Duration.ofMinutes(2);
    private final AtomicInteger batchesRead = new AtomicInteger();
    private volatile boolean cursorClosed;

    /** Gives so many batches of three entries, then fails. */
    private OplogCursor batches(int count) {
        return new OplogCursor() {
            @Override
            public List<OplogEntry> next(Duration wait) {
                int batch = batchesRead.get();
                if (batch == count) {
                    throw new SourceUnavailableException("no more", null);
                }
                batchesRead.incrementAndGet();
                return Entries.inserts(at(10 + batch, 1, 1), 3);
            }

            @Override
            public void close() {
                cursorClosed = true;
            }
        };
    }

    private static EntryFeed feed(OplogCursor cursor) {
        InMemoryOplogTopic topic = new InMemoryOplogTopic(new InMemoryOplogTopic.Log());
        topic.open();
        EntryPreparer preparer = topic.preparer(Incarnation.UNKNOWN);
        return ReadAheadThread.named("test-read", Duration.ofSeconds(1)).over(cursor, preparer);
    }

    @Test
    void theOrderIsTheCursorsHoweverSlowTheTakerIsAndTheFailureComesLast() throws Exception {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        List<Optime> taken = new ArrayList<>();
        try (EntryFeed feed = feed(batches(60))) {
            while (taken.size() < 180) {
                feed.next(WAIT).stream().map(PreparedEntry::optime).forEach(taken::add);
                Thread.sleep(random.nextInt(4));
            }
            assertThatThrownBy(() -> feed.next(WAIT))
                    .isInstanceOf(SourceUnavailableException.class)
                    .hasMessage("no more");
        }

        List<Optime> inOrder = new ArrayList<>();
        for (int batch = 0; batch < 60; batch++) {
            Entries.inserts(at(10 + batch, 1, 1), 3).forEach(e -> inOrder.add(e.optime()));
        }
        assertThat(taken).as("seed %d", seed).isEqualTo(inOrder);
    }

    @Test
    void atMostFiveBatchesAreReadAheadOfATakerThatStandsStill() throws Exception {
        try (EntryFeed feed = feed(batches(60))) {
            await().atMost(WAIT).until(() -> batchesRead.get() == 5);
            Thread.sleep(300);
            assertThat(batchesRead).hasValue(5);
            feed.next(WAIT);
            await().atMost(WAIT).until(() -> batchesRead.get() == 6);
        }
        await().atMost(WAIT).until(() -> cursorClosed);
    }
}
