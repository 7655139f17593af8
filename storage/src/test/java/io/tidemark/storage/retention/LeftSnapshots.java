package io.tidemark.storage.retention;

import io.tidemark.schemas.layout.BasePlace;
import io.tidemark.schemas.layout.ObjectKey;
import io.tidemark.schemas.layout.PartId;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.storage.base.BaseStart;
import io.tidemark.storage.object.Body;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.storage.slice.TestEntries;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * What snapshots that never finished have left in a bucket.
 *
 * @param now the moment from which on ages count back
 */
public record LeftSnapshots(ObjectStore store, Instant now) {
    public static BasePlace place(String snapshot) {
        return new BasePlace(TestEntries.CLUSTER, TestEntries.LIFE, snapshot, TestEntries.RS0);
    }

    /** A start and a part, of a scan that began so long ago. */
    public void left(String snapshot, Duration ago) {
        ClusterTime begun = new ClusterTime(now.minus(ago).getEpochSecond(), 7);
        new BaseStart(
                        place(snapshot),
                        begun,
                        begun,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        List.of())
                .putTo(store);
        part(snapshot);
    }

    /** A part alone: nothing tells when it began. */
    void part(String snapshot) {
        PartId id = new PartId(0, 0, 1);
        store.put(
                new ObjectKey.OfBasePart(place(snapshot), new UUID(1, 2), id).text(),
                Body.of(new byte[] {1, 2, 3}));
    }
}
