package io.tidemark.sink.timeline;

import io.tidemark.schemas.layout.ObjectKey;
import io.tidemark.sink.consume.TopicFacts.TopicState;
import io.tidemark.sink.timeline.TimelineTopics.Published;
import io.tidemark.sink.timeline.TimelineTopics.Topic;
import io.tidemark.storage.catalogue.Catalogue;
import io.tidemark.storage.frames.FrameKeys;
import io.tidemark.storage.object.FencedException;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.storage.timeline.SealedTimeline;
import io.tidemark.storage.timeline.TimelineHeader;
import io.tidemark.storage.timeline.TimelineReader;
import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps events and windows in the bucket: reads both topics if the group gives them to this worker,
 * puts the events in runs, and from time to time a whole picture of the windows, behind the events
 * that it rests on. Put first, then commit: a crash in between reads events again from where the
 * bucket ends, and makes another picture. One thread calls {@link #step} again and again.
 */
public final class TimelineArchiver implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(TimelineArchiver.class);
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration MOST_BEHIND = Duration.ofHours(1);
    private static final Comparator<ObjectKey.OfTimeline> BY_WATERMARK =
            Comparator.comparing(ObjectKey.OfTimeline::through)
                    .thenComparing(ObjectKey.OfTimeline::after);
    private final TimelineTopics topics;
    private final TimelineSettings settings;
    private final ObjectStore store;
    private final TimelineReader bucket;
    private final Clock clock;
    private final TimelineWatch watch;
    private final EventsRun events;
    private final WindowsPicture windows;
    private Set<Topic> assigned = EnumSet.noneOf(Topic.class);
    private boolean opening;
    private boolean ending;
    private boolean closed;
    private Optional<ObjectKey.OfTimeline> newest = Optional.empty();

    private final TimelineHome home;

    /** What the events topic must be read through before the picture of windows is put. */
    private OptionalLong awaitedEvents = OptionalLong.empty();

    private long eventsPutMillis = Long.MIN_VALUE / 2;
    private long windowsPutMillis = Long.MIN_VALUE / 2;

    /** When the windows topic was last seen read to its end. */
    private long atEndMillis;

    /**
     * @param topics owned from now on
     */
    public TimelineArchiver(
            TimelineTopics topics, TimelineSettings settings, ObjectStore store, Clock clock) {
        this(topics, settings, store, clock, TimelineWatch.NONE);
    }

    /**
     * @param topics owned from now on
     * @param watch told what is stored
     */
    public TimelineArchiver(
            TimelineTopics topics,
            TimelineSettings settings,
            ObjectStore store,
            Clock clock,
            TimelineWatch watch) {
        this.watch = watch;
        this.topics = topics;
        this.settings = settings;
        this.store = store;
        // Headers are never sealed, so no keys are needed.
        this.bucket = new TimelineReader(store, settings.cluster(), FrameKeys.NONE);
        this.clock = clock;
        this.events = new EventsRun(settings, store, bucket);
        this.windows = new WindowsPicture(settings);
        this.home = new TimelineHome(windows, new Catalogue(store, settings.cluster()), clock);
    }

    /** Joins the group. */
    public void start() {
        topics.subscribe(
                ours -> {
                    assigned = ours.isEmpty() ? EnumSet.noneOf(Topic.class) : EnumSet.copyOf(ours);
                    opening = true;
                });
    }

    /**
     * One round: read, and put what is due.
     *
     * @throws RuntimeException if bucket, Kafka or registry fail; nothing is harmed, and a new
     *     archiver goes on where the bucket ends
     */
    public void step() {
        topics.pauseOnly(paused());
        TimelineTopics.Polled polled = topics.poll(POLL);
        if (opening || !polled.outOfRange().isEmpty()) {
            open();
            return;
        }
        polled.records().forEach(this::accept);
        requireNotFarBehind();
        try {
            put();
        } catch (FencedException e) {
            LOGGER.warn(
                    "{} The timeline is read again from where the bucket ends.", e.getMessage());
            opening = true;
        }
    }

    private void open() {
        opening = false;
        awaitedEvents = OptionalLong.empty();
        events.close();
        windows.forget();
        home.forget();
        newest = bucket.lastWindows().map(TimelineHeader::key);
        atEndMillis = clock.millis();
        for (Topic topic : assigned) {
            TopicState state = topics.state(topic);
            long offset = topic == Topic.EVENTS ? events.open(state) : windows.open(state);
            topics.seek(topic, offset);
            LOGGER.atInfo()
                    .addKeyValue("topic", topic)
                    .addKeyValue("offset", offset)
                    .addKeyValue("topicId", state.topicId())
                    .log("Archiving of the timeline goes on");
        }
    }

    private void accept(Published record) {
        if (record.topic() == Topic.EVENTS) {
            events.accept(record);
        } else {
            windows.accept(record);
        }
    }

    /** No more events than fit, and no windows behind the picture about to be put. */
    private Set<Topic> paused() {
        Set<Topic> paused = EnumSet.noneOf(Topic.class);
        if (events.isFull()) {
            paused.add(Topic.EVENTS);
        }
        if (awaitedEvents.isPresent()) {
            paused.add(Topic.WINDOWS);
        }
        return paused;
    }

    private void put() {
        if (awaitedEvents.isEmpty() && pictureIsDue() && home.isKnown()) {
            // Not only the committed end: the events of this picture may be a moment behind it.
            boolean told = assigned.contains(Topic.EVENTS);
            long end = told ? topics.state(Topic.EVENTS).endOffset() : 0;
            awaitedEvents = OptionalLong.of(end);
        }
        if (awaitedEvents.isPresent() && eventsReached(awaitedEvents.getAsLong())) {
            putEvents();
            putWindows();
            awaitedEvents = OptionalLong.empty();
        } else if (events.isFull() || (!events.isEmpty() && isDue(eventsPutMillis))) {
            putEvents();
        }
    }

    private boolean pictureIsDue() {
        return windows.isChanged()
                && isDue(windowsPutMillis)
                && windows.stands()
                && isAtEndOfWindows();
    }

    private boolean isAtEndOfWindows() {
        boolean atEnd = topics.position(Topic.WINDOWS) >= topics.committedEnd(Topic.WINDOWS);
        if (atEnd) {
            atEndMillis = clock.millis();
        }
        return atEnd;
    }

    /**
     * A compacted topic keeps a tombstone for a while only ({@code delete.retention.ms}, a day if
     * not set). Whoever was behind for too long may have missed one: then all is read anew.
     */
    private void requireNotFarBehind() {
        long behindMillis = clock.millis() - atEndMillis;
        boolean look = behindMillis > MOST_BEHIND.toMillis() / 2;
        if (assigned.contains(Topic.WINDOWS) && look && !isAtEndOfWindows()) {
            opening = behindMillis > MOST_BEHIND.toMillis();
        }
    }

    private boolean isDue(long lastMillis) {
        return ending || clock.millis() - lastMillis >= settings.interval().toMillis();
    }

    private boolean eventsReached(long end) {
        return !assigned.contains(Topic.EVENTS) || topics.position(Topic.EVENTS) >= end;
    }

    private void putEvents() {
        if (!home.isKnown()) {
            return;
        }
        eventsPutMillis = clock.millis();
        events.roll(home.incarnation())
                .ifPresent(
                        header -> {
                            topics.commit(Topic.EVENTS, header.kafka().lastOffset() + 1);
                            tell(header);
                        });
    }

    private void putWindows() {
        windowsPutMillis = clock.millis();
        try (SealedTimeline picture = windows.seal(home.incarnation())) {
            ObjectKey.OfTimeline key = picture.header().key();
            if (newest.isEmpty() || BY_WATERMARK.compare(key, newest.get()) > 0) {
                putWindows(picture);
                newest = Optional.of(key);
            }
        }
        windows.stored();
        topics.commit(Topic.WINDOWS, windows.lastOffset() + 1);
    }

    private void putWindows(SealedTimeline picture) {
        try {
            picture.putTo(store);
            tell(picture.header());
        } catch (FencedException another) {
            // Another worker's picture at the same watermark: as true as ours.
            LOGGER.debug("Windows were put by another worker", another);
        }
    }

    private void tell(TimelineHeader header) {
        watch.stored(header);
        LOGGER.atInfo()
                .addKeyValue("objectKey", header.key().text())
                .addKeyValue("records", header.records())
                .log("Timeline stored");
    }

    /** Makes a waiting {@link #step} return soon. Any thread. */
    public void wakeup() {
        topics.wakeup();
    }

    /**
     * Puts what is there, if that is possible in time, and leaves the group. What is not put is
     * read again by whoever comes next. Idempotent.
     */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        ending = true;
        try {
            long end = clock.millis() + settings.stop().toMillis();
            while (isUnfinished() && clock.millis() < end) {
                step();
            }
        } catch (RuntimeException e) {
            LOGGER.warn("The last of the timeline was not put; it will be read again", e);
        } finally {
            events.close();
            topics.close();
        }
    }

    /** Leaves the group without putting anything: after a failure. */
    public void abandon() {
        closed = true;
        events.close();
        topics.close();
    }

    private boolean isUnfinished() {
        return !opening && home.isKnown() && (windows.isChanged() || !events.isEmpty());
    }
}
