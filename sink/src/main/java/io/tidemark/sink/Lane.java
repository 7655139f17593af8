package io.tidemark.sink;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.sink.consume.OplogPartition;
import io.tidemark.sink.consume.PartitionRecords;
import io.tidemark.sink.consume.PublishedRecord;
import io.tidemark.sink.slice.Putting;
import io.tidemark.sink.slice.ReplicaSetArchiver;
import io.tidemark.sink.store.Archived;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/**
 * One topic's way through the worker: its tasks run one after the other on threads that all topics
 * share, and one of its objects at a time is put while the next is being built. So a slow put holds
 * up its own topic only. State is guarded by this object's monitor; the archiver is touched by the
 * running task only, and task follows task through the monitor.
 */
final class Lane implements Putting {
    private final OplogPartition partition;
    private final ReplicaSetArchiver archiver;
    private final Executor tasksRunOn;
    private final Executor putsRunOn;
    private final Deque<Runnable> tasks = new ArrayDeque<>();
    private final List<Archived> archived = new ArrayList<>();
    private boolean running;
    private boolean stopped;
    private boolean opening;
    private boolean pending;
    private long queuedBytes;
    private OptionalLong seek = OptionalLong.empty();
    private Optional<ClusterTime> reached = Optional.empty();
    private Throwable failure;
    private CompletableFuture<Void> underWay = CompletableFuture.completedFuture(null);

    Lane(
            OplogPartition partition,
            Function<Putting, ReplicaSetArchiver> archiver,
            Executor tasksRunOn,
            Executor putsRunOn) {
        this.partition = partition;
        this.archiver = archiver.apply(this);
        this.tasksRunOn = tasksRunOn;
        this.putsRunOn = putsRunOn;
    }

    OplogPartition partition() {
        return partition;
    }

    /**
     * Asks the bucket where to go on; records are refused until {@link #takeSeek} gave the answer.
     */
    void open() {
        synchronized (this) {
            opening = true;
            failure = null;
            tasks.clear();
            queuedBytes = 0;
        }
        submit(
                () -> {
                    awaitPut();
                    long offset = archiver.open();
                    synchronized (this) {
                        reached = archiver.archivedUntil();
                        seek = OptionalLong.of(offset);
                    }
                });
    }

    /** Ends the slice under way, then opens anew: the topic no longer has what was to be read. */
    void rollAndOpen() {
        synchronized (this) {
            opening = true;
        }
        roll();
        submit(this::open);
    }

    /** The offset to read from, once after each {@link #open}; records are taken from then on. */
    synchronized OptionalLong takeSeek() {
        OptionalLong taken = seek;
        if (taken.isPresent()) {
            seek = OptionalLong.empty();
            opening = false;
        }
        return taken;
    }

    /** How far the bucket reached when it was last asked. */
    synchronized Optional<ClusterTime> reached() {
        return reached;
    }

    /** True if entries are held that are in no object yet. */
    synchronized boolean isPending() {
        return pending;
    }

    void accept(PartitionRecords records) {
        long size = records.sizeBytes();
        synchronized (this) {
            if (opening || stopped) {
                return; // read before the seek: they come again, or belong to another worker
            }
            queuedBytes += size;
        }
        submit(
                () -> {
                    for (PublishedRecord record : records.records()) {
                        if (isStopped()) {
                            return;
                        }
                        archiver.accept(record);
                    }
                    synchronized (this) {
                        queuedBytes -= size;
                        pending = archiver.isPending();
                    }
                });
    }

    void roll() {
        submit(
                () -> {
                    archiver.roll();
                    synchronized (this) {
                        pending = archiver.isPending();
                    }
                });
    }

    @Override
    public void hand(Pending object) {
        try {
            awaitPut();
        } catch (RuntimeException e) {
            object.free().run();
            throw e;
        }
        underWay = CompletableFuture.runAsync(() -> put(object), putsRunOn);
    }

    private void put(Pending object) {
        try {
            object.put().run();
            synchronized (this) {
                archived.add(object.archived());
            }
        } catch (RuntimeException | Error e) {
            fail(e);
            throw e;
        } finally {
            object.free().run();
        }
    }

    private void awaitPut() {
        CompletableFuture<Void> last = underWay;
        try {
            last.join();
        } catch (CompletionException e) {
            underWay = CompletableFuture.completedFuture(null);
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw e;
        }
    }

    /** What was put since the last call. */
    synchronized List<Archived> takeArchived() {
        List<Archived> taken = List.copyOf(archived);
        archived.clear();
        return taken;
    }

    /** What stopped this lane; nothing more is done until it is opened anew. */
    synchronized Optional<Throwable> failure() {
        return Optional.ofNullable(failure);
    }

    /** Bytes of records that wait for their turn. */
    synchronized long queuedBytes() {
        return queuedBytes;
    }

    synchronized boolean isOpening() {
        return opening;
    }

    /** True if entries wait for their slice to end, and no record waits. */
    synchronized boolean isIdleWithEntries() {
        return pending && !running && queuedBytes == 0;
    }

    private synchronized boolean isStopped() {
        return stopped;
    }

    /**
     * Waits for everything submitted and put; false if that takes longer than {@code atMost}, or
     * failed.
     */
    boolean await(Duration atMost) {
        long end = System.nanoTime() + atMost.toNanos();
        try {
            synchronized (this) {
                while (running) {
                    long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
                    if (left <= 0) {
                        return false;
                    }
                    wait(left);
                }
            }
            underWay.get(Math.max(1, end - System.nanoTime()), TimeUnit.NANOSECONDS);
            return failure().isEmpty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (TimeoutException | java.util.concurrent.ExecutionException e) {
            return false;
        }
    }

    /** Takes no more, lets a put under way end, and forgets what is in memory. */
    void stop(Duration atMost) {
        synchronized (this) {
            stopped = true;
            tasks.clear();
        }
        if (await(atMost)) {
            archiver.close();
        }
    }

    private void submit(Runnable task) {
        synchronized (this) {
            tasks.add(task);
            if (running) {
                return;
            }
            running = true;
        }
        tasksRunOn.execute(this::runNext);
    }

    /** One task at a time, then to the end of the line: lanes share threads fairly. */
    private void runNext() {
        Runnable task;
        synchronized (this) {
            task = tasks.poll();
        }
        if (task != null) {
            run(task);
        }
        synchronized (this) {
            if (tasks.isEmpty() || failure != null) {
                running = false;
                notifyAll();
                return;
            }
        }
        tasksRunOn.execute(this::runNext);
    }

    private void run(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            fail(e);
        }
    }

    private synchronized void fail(Throwable e) {
        if (failure == null) {
            failure = e;
        }
    }
}
