package io.tidemark.restore.fetch;

import io.tidemark.restore.plan.ReplicaSetPlan;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.storage.catalogue.ArchivedReplicaSet;
import io.tidemark.storage.catalogue.Catalogue;
import io.tidemark.storage.catalogue.Chain;
import java.util.Iterator;
import java.util.NoSuchElementException;

/** A plan's slices, and then those behind them up to a hole or the end, a few at a time. */
final class LinksToTheEnd implements Iterator<Chain.Link> {
    private final Catalogue catalogue;
    private final ArchivedReplicaSet life;
    private Iterator<Chain.Link> listed;
    private ClusterTime end;

    LinksToTheEnd(Catalogue catalogue, ReplicaSetPlan plan) {
        this.catalogue = catalogue;
        this.life = plan.life();
        this.listed = plan.links().iterator();
        this.end = plan.readThrough();
    }

    @Override
    public boolean hasNext() {
        if (!listed.hasNext() && end.isBefore(ClusterTime.MAX)) {
            Chain next = catalogue.chainReaching(life, end, end.next());
            ClusterTime reached = next.unbrokenThrough();
            listed =
                    next.links().stream()
                            .filter(link -> !link.readThrough().isAfter(reached))
                            .iterator();
            end = listed.hasNext() ? reached : ClusterTime.MAX;
        }
        return listed.hasNext();
    }

    @Override
    public Chain.Link next() {
        if (!hasNext()) {
            throw new NoSuchElementException("the archive ends here");
        }
        return listed.next();
    }
}
