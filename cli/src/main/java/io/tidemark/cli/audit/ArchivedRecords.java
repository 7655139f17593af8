package io.tidemark.cli.audit;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Gap;
import io.tidemark.storage.catalogue.ArchivedReplicaSet;
import io.tidemark.storage.catalogue.Catalogue;
import io.tidemark.storage.catalogue.Chain;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.storage.slice.GapObject;
import io.tidemark.storage.slice.SliceEntries;
import io.tidemark.storage.slice.SliceHeader;
import io.tidemark.storage.slice.SliceReader;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * One life's archived record in the order of time, read as it is asked for: a few slices are listed
 * at a time, one is open. A slice whose header counts no entry that could be asked for is passed
 * over.
 */
final class ArchivedRecords implements AutoCloseable {
    private final ObjectStore store;
    private final Catalogue catalogue;
    private final SliceReader slices;
    private final ArchivedReplicaSet life;
    private final AuditFilter filter;
    private final Deque<Chain.Link> links = new ArrayDeque<>();
    private ClusterTime listed;
    private boolean ended;
    private SliceEntries open;

    ArchivedRecords(
            ObjectStore store, SliceReader slices, ArchivedReplicaSet life, AuditFilter filter) {
        this.store = store;
        this.catalogue = new Catalogue(store, life.cluster());
        this.slices = slices;
        this.life = life;
        this.filter = filter;
        this.listed = filter.after();
    }

    /** The next one; empty at the end. */
    Optional<AuditRecord> next() {
        while (true) {
            if (open != null && open.hasNext()) {
                return Optional.of(new AuditRecord.Written(life.replicaSet(), open.next()));
            }
            close();
            if (!links.isEmpty()) {
                open(links.poll());
            } else if (ended || !listed.isBefore(filter.to())) {
                return Optional.empty();
            } else {
                Optional<AuditRecord> gap = list();
                if (gap.isPresent()) {
                    return gap;
                }
            }
        }
    }

    private void open(Chain.Link link) {
        boolean within = link.readAfter().isBefore(filter.to());
        if (within && holdsSome(slices.header(link.slice()))) {
            ClusterTime through = ClusterTime.min(link.readThrough(), filter.to());
            open = slices.entries(link.slice(), link.readAfter(), through);
        }
    }

    private boolean holdsSome(SliceHeader header) {
        return header.entries().entrySet().stream()
                .anyMatch(count -> count.getValue() > 0 && filter.mayMatch(count.getKey()));
    }

    /** The gap at this place, if there is one; else links are there or this was the end. */
    private Optional<AuditRecord> list() {
        Chain chain = catalogue.chainReaching(life, listed, listed.next());
        ClusterTime unbroken = chain.unbrokenThrough();
        if (!unbroken.equals(listed)) {
            chain.links().stream()
                    .filter(link -> !link.readThrough().isAfter(unbroken))
                    .forEach(links::add);
            listed = unbroken;
            return Optional.empty();
        }
        Chain.Hole hole = chain.holes().get(0);
        boolean first = listed.equals(filter.after()) && !isBegun();
        listed = hole.through();
        ended = hole.through().equals(ClusterTime.MAX);
        // Before the record begins and behind its end nothing is missing.
        boolean outside = hole.gaps().isEmpty() && (ended || first);
        return outside ? Optional.empty() : Optional.of(missing(hole));
    }

    /** Whether the record begins before what is asked for. */
    private boolean isBegun() {
        return catalogue
                .firstSlice(life)
                .filter(slice -> slice.slice().after().isBefore(filter.after()))
                .isPresent();
    }

    private AuditRecord missing(Chain.Hole hole) {
        String reason =
                hole.gaps().isEmpty()
                        ? "slices are not in the archive, and no gap was recorded"
                        : hole.gaps().stream()
                                .map(key -> GapObject.read(store, key).gap().reason())
                                .distinct()
                                .collect(Collectors.joining("; "));
        return new AuditRecord.Missing(
                life.replicaSet(), new Gap(hole.after(), hole.through(), reason));
    }

    @Override
    public void close() {
        if (open != null) {
            open.close();
            open = null;
        }
    }
}
