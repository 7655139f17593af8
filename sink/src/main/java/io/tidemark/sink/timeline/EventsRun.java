package io.tidemark.sink.timeline;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.sink.consume.TopicFacts.TopicState;
import io.tidemark.storage.object.FencedException;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.storage.timeline.EventsWriter;
import io.tidemark.storage.timeline.SealedTimeline;
import io.tidemark.storage.timeline.TimelineHeader;
import io.tidemark.storage.timeline.TimelineReader;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns records of the events topic into objects, in order, each record once. What is not yet in an
 * object is read again after a crash.
 */
final class EventsRun implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(EventsRun.class);
    static final long MOST_BYTES = 4L * 1024 * 1024;
    private final TimelineSettings settings;
    private final ObjectStore store;
    private final TimelineReader bucket;
    private Optional<TimelineHeader> last = Optional.empty();
    private ClusterTime after = ClusterTime.ZERO;
    private String topicId;
    private long nextOffset;
    private EventsWriter run;

    EventsRun(TimelineSettings settings, ObjectStore store, TimelineReader bucket) {
        this.settings = settings;
        this.store = store;
        this.bucket = bucket;
    }

    /**
     * Asks the bucket where the events end; forgets what was not put.
     *
     * @return the offset to read from
     */
    long open(TopicState topic) {
        close();
        last = bucket.lastEvents();
        after = last.map(header -> header.key().through()).orElse(ClusterTime.ZERO);
        topicId = topic.topicId();
        // Of a topic made anew everything is read: the same events, under the same ids.
        Optional<TimelineHeader> lastOfTopic = bucket.lastEvents(topicId);
        long wanted =
                lastOfTopic
                        .map(header -> header.kafka().lastOffset() + 1)
                        .filter(next -> next <= topic.endOffset())
                        .orElse(0L);
        nextOffset = Math.max(wanted, topic.earliestOffset());
        if (nextOffset > wanted && lastOfTopic.isPresent()) {
            LOGGER.atWarn()
                    .addKeyValue("offset", wanted)
                    .log("Events were deleted from their topic before they were archived");
            // So that the chain of objects shows the hole.
            after = after.next();
        }
        return nextOffset;
    }

    void accept(TimelineTopics.Published record) {
        if (record.offset() < nextOffset) {
            return;
        }
        if (run == null) {
            run = new EventsWriter(settings.cluster(), after, topicId, settings.frames());
        }
        Optional<byte[]> value = Optional.ofNullable(record.value());
        run.add(record.offset(), record.key(), value.map(settings.event()));
        nextOffset = record.offset() + 1;
    }

    boolean isEmpty() {
        return run == null;
    }

    boolean isFull() {
        return run != null && run.rawBytes() >= MOST_BYTES;
    }

    /**
     * Puts what is held, if anything is.
     *
     * @return what was put
     * @throws FencedException if another worker went on from there
     */
    Optional<TimelineHeader> roll(Incarnation incarnation) {
        if (run == null) {
            return Optional.empty();
        }
        try (EventsWriter full = run;
                SealedTimeline object = full.seal(incarnation)) {
            run = null;
            TimelineHeader header = object.header();
            requireEnd(header);
            object.putTo(store);
            last = Optional.of(header);
            after = header.key().through();
            return last;
        }
    }

    /**
     * Two workers that read the same records from the same point but cut them at different moments
     * have different keys: so before each put the bucket must still end where this one stands.
     */
    private void requireEnd(TimelineHeader next) {
        Optional<TimelineHeader> end = bucket.lastEvents();
        if (!end.equals(last) && !end.equals(Optional.of(next))) {
            throw FencedException.overtaken(
                    next.key().text(),
                    end.map(header -> header.key().text()).orElse("(none)"),
                    store.describe());
        }
    }

    @Override
    public void close() {
        if (run != null) {
            run.close();
            run = null;
        }
    }
}
