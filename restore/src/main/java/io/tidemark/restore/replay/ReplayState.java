package io.tidemark.restore.replay;

import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Namespace;
import io.tidemark.schemas.model.TransactionKey;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Where a replay stands when everything it was given is in the target: what it must be told to go
 * on from there.
 *
 * @param collectionsCreated how many there have been
 * @param dropped UUIDs of collections that were dropped
 * @param begunBefore transactions that began before the base and have not ended
 * @param openTransactions how many have begun and not ended; their entries are read again
 * @param unknown collections of the fuzzy interval that nobody knew and nothing has dropped yet
 * @param unrepaired updates of the fuzzy interval whose document has not come yet
 */
public record ReplayState(
        long entriesRead,
        long entriesApplied,
        long collectionsCreated,
        List<Saved> collections,
        List<UUID> dropped,
        List<Namespace> skipped,
        List<TransactionKey> begunBefore,
        int openTransactions,
        List<String> problems,
        List<Unknown> unknown,
        List<Unrepaired> unrepaired) {
    /**
     * A collection.
     *
     * @param physical its name in the target's server; empty if its documents are {@code held} in
     *     memory
     * @param documents how many it should hold, with {@code sum} of their hashes
     */
    public record Saved(
            long number,
            Namespace namespace,
            Optional<Namespace> physical,
            Optional<UUID> uuid,
            boolean uuidGuessed,
            Optional<UUID> targetUuid,
            RawDocument options,
            boolean capped,
            List<RawDocument> indexes,
            List<RawDocument> modifications,
            long documents,
            long sum,
            List<RawDocument> held) {
        public Saved {
            indexes = List.copyOf(indexes);
            modifications = List.copyOf(modifications);
            held = List.copyOf(held);
        }

        /** As it is in the target again. */
        public Saved in(Optional<UUID> given) {
            return new Saved(
                    number,
                    namespace,
                    physical,
                    uuid,
                    uuidGuessed,
                    given,
                    options,
                    capped,
                    indexes,
                    modifications,
                    documents,
                    sum,
                    held);
        }
    }

    /** Of it, what is held in memory: the metadata of a cluster, without any data. */
    public ReplayState heldInMemory() {
        List<Saved> held = collections.stream().filter(c -> c.physical().isEmpty()).toList();
        return new ReplayState(
                0,
                0,
                collectionsCreated,
                held,
                dropped,
                skipped,
                begunBefore,
                openTransactions,
                List.of(),
                List.of(),
                List.of());
    }

    /**
     * @param namespace its name in the first entry about it, which is of the time {@code at}
     */
    public record Unknown(UUID uuid, Namespace namespace, ClusterTime at) {}

    /**
     * @param collection its number
     * @param id {@code {_id: …}}
     */
    public record Unrepaired(long collection, RawDocument id) {}

    public ReplayState {
        collections = List.copyOf(collections);
        dropped = List.copyOf(dropped);
        skipped = List.copyOf(skipped);
        begunBefore = List.copyOf(begunBefore);
        problems = List.copyOf(problems);
        unknown = List.copyOf(unknown);
        unrepaired = List.copyOf(unrepaired);
    }
}
