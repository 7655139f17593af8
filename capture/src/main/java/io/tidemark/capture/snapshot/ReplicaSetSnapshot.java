package io.tidemark.capture.snapshot;

import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.bson.RawElement;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.storage.base.BaseCollection;
import io.tidemark.storage.base.BaseManifest;
import io.tidemark.storage.base.BaseMethod;
import io.tidemark.storage.base.BasePart;
import io.tidemark.storage.base.BaseStart;
import io.tidemark.storage.base.ScannedPart;
import io.tidemark.storage.object.FencedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Takes one replica set's base: start, ranges, manifest. May be cut short anywhere; another run of
 * the same share goes on from the parts that are there.
 */
public final class ReplicaSetSnapshot {
    private final SnapshotSource source;
    private final SnapshotBucket bucket;
    private final SnapshotShare share;

    public ReplicaSetSnapshot(SnapshotSource source, SnapshotBucket bucket, SnapshotShare share) {
        this.source = source;
        this.bucket = bucket;
        this.share = share;
    }

    /**
     * Returns when the base exists.
     *
     * @throws InterruptedException if this thread is; what was put stays for the next run
     * @throws RolledBackException if the member rolled back; another run begins where this one was
     */
    public BaseManifest run() throws InterruptedException {
        if (bucket.store().head(manifestKey()).isPresent()) {
            return BaseManifest.read(bucket.store(), share.place());
        }
        CaughtUp caughtUp = new CaughtUp(source);
        BaseStart start = start(caughtUp);
        tellExpected(start);
        ScanRun run = new ScanRun(source, bucket, share, start.readAt(), start.catalogueThrough());
        start.readAt().ifPresent(run::readThrough);
        List<BaseCollection> collections = scan(run, start);
        // A collection that was found dropped may come back with a rollback.
        ClusterTime end = caughtUp.await();
        boolean complete = collections.size() == start.collections().size();
        if (start.readAt().isEmpty() || !complete) {
            run.readThrough(end);
        }
        return put(start, collections, run.readThrough());
    }

    private String manifestKey() {
        return new io.tidemark.schemas.layout.ObjectKey.OfBaseManifest(share.place()).text();
    }

    private BaseStart start(CaughtUp caughtUp) throws InterruptedException {
        Optional<BaseStart> earlier = BaseStart.find(bucket.store(), share.place());
        if (earlier.isPresent()) {
            return earlier.get();
        }
        BaseStart start =
                new CatalogueScan(source, bucket.settings(), caughtUp)
                        .scan(share.place(), share.role(), share.readAt());
        share.fence().check();
        try {
            start.putTo(bucket.store());
            return start;
        } catch (FencedException overtaken) {
            // Another run decided meanwhile, or this one could not hear that it had: that counts.
            return BaseStart.find(bucket.store(), share.place()).orElseThrow(() -> overtaken);
        }
    }

    private void tellExpected(BaseStart start) {
        long documents = 0;
        long bytes = 0;
        for (BaseStart.Planned planned : start.collections()) {
            SnapshotSource.Size size = source.size(listed(planned.collection()));
            documents += size.documents();
            bytes += size.bytes();
        }
        share.progress().expect(documents, bytes);
    }

    private BaseManifest put(BaseStart start, List<BaseCollection> collections, ClusterTime end) {
        ClusterTime usable = end.isBefore(start.replayFrom()) ? start.replayFrom() : end;
        BaseManifest manifest =
                new BaseManifest(
                        share.place(),
                        start.readAt().isPresent() ? BaseMethod.SNAPSHOT : BaseMethod.FUZZY,
                        start.replayFrom(),
                        usable,
                        start.readAt(),
                        start.role(),
                        start.serverVersion(),
                        start.featureVersion(),
                        collections);
        share.fence().check();
        manifest.putTo(bucket.store());
        return manifest;
    }

    private record Range(int collection, int number) {}

    private record Scanned(Range range, Optional<List<BasePart>> parts) {}

    private List<BaseCollection> scan(ScanRun run, BaseStart start) throws InterruptedException {
        AtomicInteger threads = new AtomicInteger();
        ExecutorService pool =
                Executors.newFixedThreadPool(
                        bucket.settings().threads(),
                        work -> {
                            Thread thread =
                                    new Thread(
                                            () -> {
                                                bucket.scheduling().take();
                                                work.run();
                                            },
                                            "snapshot-"
                                                    + share.place().replicaSet()
                                                    + "-"
                                                    + threads.incrementAndGet());
                            thread.setDaemon(true);
                            return thread;
                        });
        try {
            return together(start, scanAll(run, start, new ExecutorCompletionService<>(pool)));
        } finally {
            run.stop();
            pool.shutdownNow();
            awaitEnd(pool);
        }
    }

    /** Nothing of a run may go on when it has returned. */
    private static void awaitEnd(ExecutorService pool) {
        boolean interrupted = Thread.interrupted();
        boolean ended = false;
        while (!ended) {
            try {
                ended = pool.awaitTermination(1, TimeUnit.MINUTES);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private List<Scanned> scanAll(ScanRun run, BaseStart start, CompletionService<Scanned> service)
            throws InterruptedException {
        int submitted = 0;
        for (int i = 0; i < start.collections().size(); i++) {
            BaseStart.Planned planned = start.collections().get(i);
            List<ScannedPart> earlier =
                    ScannedPart.list(bucket.store(), share.place(), planned.collection().uuid());
            for (int r = 0; r <= planned.splits().size(); r++) {
                Range range = new Range(i, r);
                service.submit(() -> scan(run, planned, range, earlier));
                submitted++;
            }
        }
        List<Scanned> scanned = new ArrayList<>();
        for (int i = 0; i < submitted; i++) {
            scanned.add(result(service.take()));
        }
        return scanned;
    }

    private static Scanned result(Future<Scanned> done) throws InterruptedException {
        try {
            return done.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof InterruptedException stopped) {
                throw stopped;
            } else if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            } else if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw new IllegalStateException("a scan failed unexpectedly", e.getCause());
        } catch (CancellationException e) {
            throw new IllegalStateException("nobody cancels a scan", e);
        }
    }

    private static Scanned scan(
            ScanRun run, BaseStart.Planned planned, Range range, List<ScannedPart> earlier)
            throws InterruptedException {
        run.requireGoingOn();
        boolean capped =
                planned.collection()
                        .options()
                        .find("capped")
                        .filter(RawElement::isTrue)
                        .isPresent();
        try (RangeScan scan =
                new RangeScan(
                        run,
                        listed(planned.collection()),
                        range.number(),
                        bounds(planned, range.number()),
                        earlier,
                        run.readAt().isPresent() && !capped)) {
            return new Scanned(range, Optional.of(scan.scan()));
        } catch (CollectionGoneException dropped) {
            return new Scanned(range, Optional.empty());
        }
    }

    private static ScanRange bounds(BaseStart.Planned planned, int number) {
        if (!planned.byId()) {
            return ScanRange.natural();
        }
        List<RawDocument> splits = planned.splits();
        return new ScanRange(
                true,
                number == 0 ? Optional.empty() : Optional.of(splits.get(number - 1)),
                number == splits.size() ? Optional.empty() : Optional.of(splits.get(number)));
    }

    private static SnapshotSource.Listed listed(BaseCollection collection) {
        return new SnapshotSource.Listed(
                collection.namespace(), collection.uuid(), collection.options());
    }

    /** One that was dropped meanwhile is left out: its {@code drop} is replayed. */
    private static List<BaseCollection> together(BaseStart start, List<Scanned> scanned) {
        List<BaseCollection> collections = new ArrayList<>();
        for (int i = 0; i < start.collections().size(); i++) {
            int number = i;
            List<Scanned> own =
                    scanned.stream()
                            .filter(s -> s.range().collection() == number)
                            .sorted(java.util.Comparator.comparing(s -> s.range().number()))
                            .toList();
            if (own.stream().allMatch(s -> s.parts().isPresent())) {
                List<BasePart> parts = own.stream().flatMap(s -> s.parts().get().stream()).toList();
                collections.add(start.collections().get(i).collection().with(parts));
            }
        }
        return collections;
    }
}
