package io.tidemark.capture.mongo;

import io.tidemark.capture.shards.SourceSet;
import io.tidemark.capture.snapshot.SnapshotMembers;
import io.tidemark.capture.snapshot.SnapshotSource;
import io.tidemark.capture.tail.SourceRefusedException;
import io.tidemark.capture.tail.SourceUnavailableException;
import io.tidemark.schemas.model.ClusterTime;
import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Members of the source cluster over the driver. */
public final class MongoSnapshotMembers implements SnapshotMembers {
    private static final Logger LOGGER = LoggerFactory.getLogger(MongoSnapshotMembers.class);

    /** Where no documents are read but those of the catalogue. */
    private static final int CATALOGUE_BATCH_BYTES = 2 << 20;

    private final MongoAccess access;
    private final Duration snapshotWait;

    public MongoSnapshotMembers(MongoAccess access) {
        this(access, Duration.ofSeconds(20));
    }

    /**
     * @param snapshotWait how long a server may work on one read as of a cluster time, which waits
     *     for transactions prepared before; then it is read as it is by then
     */
    public MongoSnapshotMembers(MongoAccess access, Duration snapshotWait) {
        this.access = access;
        this.snapshotWait = snapshotWait;
    }

    @Override
    public SnapshotSource open(String address, int connections, int batchBytes) {
        return new MongoSnapshotSource(access, address, connections, batchBytes, snapshotWait);
    }

    @Override
    public SnapshotSource any(SourceSet set) {
        for (String address : set.seeds()) {
            SnapshotSource source = open(address, 1, CATALOGUE_BATCH_BYTES);
            try {
                source.state();
                return source;
            } catch (SourceUnavailableException e) {
                source.close();
                LOGGER.atInfo()
                        .addKeyValue("replicaSet", set.replicaSet())
                        .addKeyValue("error", e.getMessage())
                        .log("Member does not answer; asking the next");
            } catch (RuntimeException e) {
                source.close();
                throw e;
            }
        }
        throw new SourceUnavailableException(
                "None of " + set.seeds() + " of replica set " + set.replicaSet() + " answers");
    }

    @Override
    public Optional<ClusterTime> freshCut(Collection<SourceSet> sets) {
        try (OplogNotes notes = new OplogNotes(access)) {
            return Optional.of(notes.freshCut(sets));
        } catch (SourceRefusedException | SourceUnavailableException e) {
            // What the sets have reached by themselves serves as well; quiet ones lag a little.
            LOGGER.atInfo()
                    .addKeyValue("error", e.getMessage())
                    .log("No note was appended; reading at a time that all have reached");
            return Optional.empty();
        }
    }
}
