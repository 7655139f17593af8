package io.tidemark.capture.tail;

import io.tidemark.capture.publish.FencedException;
import io.tidemark.capture.publish.OplogTopic;
import io.tidemark.capture.publish.PreparedEntry;
import io.tidemark.capture.publish.ResumePoint;
import io.tidemark.capture.publish.TopicMisconfiguredException;
import io.tidemark.capture.publish.TopicUnavailableException;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Gap;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.model.Optime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.ReplicaSetRole;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Brings one replica set's oplog to its topic: fence and read the topic's end, find a member that
 * goes on there, then read, append, commit; what can't be continued is recorded as a gap, or stops
 * it. One thread calls {@link #step}; {@link #progress}, {@link #stop} and {@link #retire} may be
 * called by any.
 *
 * <p>Failures of the network are waited out forever, with growing pauses: the driver and the Kafka
 * client retry single requests, this class starts over from what the topic holds.
 */
public final class OplogTailer implements AutoCloseable {
    private static final Duration PAUSE_SLICE = Duration.ofMillis(200);

    private final ReplicaSet replicaSet;
    private final ReplicaSetRole role;
    private final OplogSource source;
    private final OplogTopic topic;
    private final TailSettings settings;
    private final TailClock clock;
    private final ReadAhead readAhead;
    private final Resumption resumption;
    private final Publication publication;
    private final Patience patience;
    private final TailLog log;

    // Written by the stepping thread only, read by any: immutable values.
    private volatile TailProgress progress = TailProgress.NONE;
    private volatile String stopReason = "";
    private volatile boolean retiring;

    private TailState state = new TailState.Starting();
    private EntryFeed feed;
    private int failures;
    private long windowAsked;
    private boolean windowKnown;

    public OplogTailer(
            ReplicaSet replicaSet,
            ReplicaSetRole role,
            OplogSource source,
            OplogTopic topic,
            TailSettings settings,
            TailClock clock,
            ReadAhead readAhead) {
        this.replicaSet = replicaSet;
        this.role = role;
        this.source = source;
        this.topic = topic;
        this.settings = settings;
        this.clock = clock;
        this.readAhead = readAhead;
        this.resumption = new Resumption(replicaSet, source, settings.awaitData());
        this.publication = new Publication(topic, settings, clock, new Receipts());
        this.patience = new Patience(settings.gapPatience(), clock);
        this.log = new TailLog(replicaSet);
    }

    public ReplicaSet replicaSet() {
        return replicaSet;
    }

    public TailProgress progress() {
        return progress;
    }

    /** Asks for an end in order at the next step: what was read is committed. */
    public void stop(String why) {
        stopReason = why;
    }

    /**
     * The shard has left the cluster: go on to the end of its oplog, or until it can't be reached,
     * then stop.
     */
    public void retire() {
        retiring = true;
    }

    /**
     * One step of the table above {@link TailState}; blocks for about the settings' {@code
     * awaitData} at most, and while Kafka takes no more.
     *
     * @return false if the tailer has ended
     */
    public boolean step() {
        if (state.isEnd()) {
            return false;
        }
        try {
            go(stopReason.isEmpty() ? advance() : finish(state.stopped(stopReason)));
        } catch (FencedException e) {
            end(state.fenced(), e);
        } catch (DivergedHistoryException e) {
            end(new TailState.Diverged(e), e);
        } catch (TopicUnavailableException | TopicMisconfiguredException e) {
            closeFeed();
            go(state.topicLost());
            failed(e, e instanceof TopicMisconfiguredException);
        } catch (OplogLostException | SourceUnavailableException | SourceRefusedException e) {
            sourceFailed(e);
        }
        return !state.isEnd();
    }

    /** Ends without committing what is under way; after an end in order nothing is. Idempotent. */
    @Override
    public void close() {
        closeFeed();
        source.close();
        topic.close();
    }

    private TailState advance() {
        if (state instanceof TailState.Starting starting) {
            ResumePoint point = publication.open();
            if (!(point instanceof ResumePoint.Empty)) {
                tellCommitted();
            }
            return starting.opened(point);
        }
        if (state instanceof TailState.Resuming resuming) {
            return resume(resuming);
        }
        if (state instanceof TailState.GapFound found) {
            return record(found);
        }
        return follow((TailState.Tailing) state);
    }

    private TailState resume(TailState.Resuming now) {
        Incarnation incarnation = source.incarnation();
        progress = progress.of(incarnation);
        if (begins(now.point(), incarnation)) {
            return begin(incarnation);
        }
        ResumeOutcome outcome = resumption.attempt(now.point(), patience.isOver());
        if (outcome instanceof ResumeOutcome.Continued continued) {
            return follow(now, continued);
        }
        if (outcome instanceof ResumeOutcome.Missing missing) {
            return missing(now, missing);
        }
        return await(now, (ResumeOutcome.Waiting) outcome);
    }

    private static boolean begins(ResumePoint point, Incarnation incarnation) {
        if (point instanceof ResumePoint.AfterEntry after) {
            return !after.incarnation().equals(incarnation);
        }
        return !(point instanceof ResumePoint.AfterHole hole)
                || !hole.incarnation().equals(incarnation);
    }

    /** A replica set seen for the first time, or created anew under the same name. */
    private TailState begin(Incarnation incarnation) {
        OplogWindow window = resumption.oldest().window();
        Optime from =
                window.isWhole()
                        ? Optime.NONE
                        : new Optime(
                                window.oldest().clusterTime().previous(), window.oldest().term());
        publication.start(from, incarnation, role);
        commit();
        log.begins(incarnation, from);
        return new TailState.Resuming(publication.end());
    }

    private TailState follow(TailState.Resuming now, ResumeOutcome.Continued continued) {
        feed = readAhead.over(continued.cursor(), publication.preparer());
        List<PreparedEntry> first = ReadAhead.prepared(continued.first(), publication.preparer());
        patience.reset();
        windowKnown = false;
        log.tailing(continued.member(), publication.last());
        take(first);
        return now.continued(continued.member());
    }

    private TailState missing(TailState.Resuming now, ResumeOutcome.Missing missing) {
        Optime after = publication.last();
        ClusterTime through = missing.window().oldest().clusterTime().previous();
        String reason =
                "Oplog of replica set %s no longer holds %s (oldest is %s on %s)."
                                .formatted(
                                        replicaSet,
                                        after.clusterTime(),
                                        missing.window().oldest().clusterTime(),
                                        missing.member())
                        + " Changes in between are lost to this backup; recorded as a gap. Take a"
                        + " new base snapshot before relying on restores after "
                        + after.clusterTime()
                        + ".";
        return now.missing(new Gap(after.clusterTime(), through, reason), after);
    }

    private TailState record(TailState.GapFound found) {
        publication.gap(found.gap(), found.after());
        commit();
        log.gap(found.gap());
        patience.reset();
        return found.recorded(publication.end());
    }

    private TailState await(TailState.Resuming now, ResumeOutcome.Waiting outcome) {
        patience.waits();
        failed(new SourceUnavailableException(outcome.why()), false);
        return retiring ? finish(state.departed()) : now;
    }

    private TailState follow(TailState.Tailing now) {
        boolean idle = publication.pending() == 0;
        List<PreparedEntry> batch =
                feed.next(idle ? settings.awaitData() : atLeastZero(publication.untilCommit()));
        take(batch);
        if (publication.commitIsDue()) {
            commit();
        }
        refreshWindow(now.member());
        if (retiring && batch.isEmpty() && idle) {
            return finish(state.departed());
        }
        return now;
    }

    private void take(List<PreparedEntry> batch) {
        long before = publication.records();
        publication.entries(batch);
        if (publication.records() > before) {
            tellCommitted();
        }
    }

    private void commit() {
        publication.commit();
        tellCommitted();
    }

    private void tellCommitted() {
        failures = 0;
        progress =
                progress.committed(
                        publication.committed(), publication.records(), publication.gaps());
    }

    private TailState finish(TailState.Stopped stopped) {
        if (publication.pending() > 0) {
            commit();
        }
        closeFeed();
        log.stopped(publication.last(), stopped.why());
        return stopped;
    }

    private void refreshWindow(OplogMember member) {
        long now = clock.nanoTime();
        if (windowKnown && now - windowAsked < settings.windowRefresh().toNanos()) {
            return;
        }
        progress = progress.seeing(source.window(member));
        windowKnown = true;
        windowAsked = now;
    }

    private void sourceFailed(RuntimeException error) {
        closeFeed();
        if (state instanceof TailState.Tailing tailing) {
            go(tailing.lost(publication.end()));
        }
        try {
            if (publication.pending() > 0) {
                commit();
            }
            if (retiring) {
                go(finish(state.departed()));
                return;
            }
        } catch (FencedException e) {
            end(state.fenced(), e);
            return;
        } catch (TopicUnavailableException e) {
            go(state.topicLost());
        }
        failed(error, error instanceof SourceRefusedException);
    }

    private void failed(RuntimeException error, boolean needsPerson) {
        failures++;
        boolean news = !progress.error().equals(Optional.of(error.getMessage()));
        progress = progress.failed(error.getMessage());
        if (news) {
            log.heldUp(state, error, needsPerson);
        }
        pause(settings.backOff(failures));
    }

    /** In slices, so that a stop is not waited for. */
    private void pause(Duration time) {
        Duration left = time;
        while (stopReason.isEmpty() && !left.isZero() && !left.isNegative()) {
            clock.sleep(left.compareTo(PAUSE_SLICE) < 0 ? left : PAUSE_SLICE);
            left = left.minus(PAUSE_SLICE);
        }
    }

    private void end(TailState ended, RuntimeException error) {
        closeFeed();
        progress = progress.failed(error.getMessage());
        go(ended);
        log.ended(ended, error);
    }

    private void go(TailState next) {
        state = next;
        progress = progress.in(next);
    }

    private void closeFeed() {
        if (feed != null) {
            feed.close();
            feed = null;
        }
    }

    /** Tells whoever counts what is held. */
    private final class Receipts implements Publication.Receipts {
        @Override
        public void sent(long entryBytes, int entries) {
            if (feed != null) {
                feed.sent(entryBytes, entries);
            }
        }

        @Override
        public void committed(long entryBytes, int entries) {
            if (feed != null) {
                feed.release(entryBytes, entries);
            }
        }
    }

    private static Duration atLeastZero(Duration wait) {
        return wait.isNegative() ? Duration.ZERO : wait;
    }
}
