package io.tidemark.embedded.mongo.sharding;

import io.tidemark.embedded.mongo.CollectionDescription;
import io.tidemark.embedded.mongo.ServerError;
import io.tidemark.embedded.mongo.ServerVersion;
import io.tidemark.embedded.mongo.WriteContext;
import io.tidemark.embedded.mongo.query.BsonKey;
import io.tidemark.embedded.mongo.query.ShardKey;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonTimestamp;
import org.bson.BsonValue;
import org.bson.RawBsonDocument;

/**
 * A chunk's move from donor to recipient with all its writes in order (F§5), one step at a time.
 * Users may write between any two steps; in the critical section, between "enter the critical
 * section" and "release", writes to the range are refused or wait. A script may stop after any
 * step, as a dead process would, or {@link #abort} before the commit.
 */
public final class Migration implements Stepwise {
    private static final int CLONE_BATCH = 100;

    private final Core core;
    private final String namespace;
    private final Chunk chunk;
    private final Member donor;
    private final Member recipient;
    private final UUID id;
    private final MigrationRecords records;
    private final Steps steps = new Steps();
    private final BsonTimestamp begunAt;
    private final Map<BsonKey, BsonValue> changedIds = new LinkedHashMap<>();
    private List<RawBsonDocument> toClone = new ArrayList<>();
    private long cloned;
    private long clonedBytes;
    private long caughtUp;
    private boolean tracking;
    private boolean committed;
    private boolean aborted;
    private boolean heldOnRecipient;
    private ClusterEvent event;
    private final BlockedRange range;

    Migration(Core core, String namespace, Chunk chunk, String to) {
        this.core = core;
        this.namespace = namespace;
        this.chunk = chunk;
        this.donor = core.shard(chunk.shard());
        this.recipient = core.shard(to);
        this.id = core.ids.uuid();
        this.range = new BlockedRange(namespace, chunk.min(), chunk.max());
        this.records =
                new MigrationRecords(core, core.sharded(namespace), chunk, donor, recipient, id);
        this.begunAt = core.gossip.latest();
        steps.then("log the start", this::logStart)
                .then("record on the donor", this::recordOnDonor)
                .then("prepare the recipient", this::prepareRecipient)
                .then("clone", this::cloneRange)
                .then("catch up", this::catchUp)
                .then("announce on the donor", records::announceFirstChunk)
                .then("enter the critical section", this::enterCriticalSection)
                .then("final mods", this::finalMods)
                .then("commit", this::commit)
                .then("refresh the donor", records::committedOnDonor)
                .then("release", this::release)
                .then("clean up records", this::cleanUpRecords)
                .then("log the end", this::logEnd);
    }

    @Override
    public Optional<String> next() {
        return steps.next();
    }

    @Override
    public void step() {
        steps.step();
    }

    public String namespace() {
        return namespace;
    }

    public Chunk chunk() {
        return chunk;
    }

    public String to() {
        return recipient.id();
    }

    /** Whether the recipient owns the range now. */
    public boolean isCommitted() {
        return committed;
    }

    public boolean isAborted() {
        return aborted;
    }

    private void logStart() {
        core.changelog().write(donor, "moveChunk.start", namespace, records.details());
        event = core.begun("moveChunk", namespace);
    }

    private void recordOnDonor() {
        records.recordOnDonor();
        tracking = true;
    }

    /**
     * Left-overs of an earlier move in the same range must be gone before new copies come (the
     * server waits, too).
     */
    private void prepareRecipient() {
        core.rangeDeletions.stream()
                .filter(task -> task.overlaps(recipient.id(), namespace, chunk.min(), chunk.max()))
                .forEach(Stepwise::finish);
        CollectionDescription source =
                donor.call(primary -> primary.collection(namespace)).orElseThrow();
        CollectionCopies.ensure(core, source, recipient);
        records.recordOnRecipient();
        toClone = new ArrayList<>(Contents.of(donor, namespace));
        toClone.removeIf(document -> !inRange(document));
    }

    private boolean inRange(BsonDocument document) {
        return chunk.holds(core.sharded(namespace).key().extract(document));
    }

    /** What users write on the donor while the move is under way; told under the donor's lock. */
    void changed(String shard, String writtenNamespace, byte[] before, byte[] after) {
        if (tracking
                && !committed
                && shard.equals(donor.id())
                && writtenNamespace.equals(namespace)) {
            RawBsonDocument document = new RawBsonDocument(after != null ? after : before);
            if (inRange(document)) {
                synchronized (changedIds) {
                    changedIds.put(new BsonKey(document.get("_id")), document.get("_id"));
                }
            }
        }
    }

    private void cloneRange() {
        for (int at = 0; at < toClone.size(); at += CLONE_BATCH) {
            List<RawBsonDocument> batch =
                    toClone.subList(at, Math.min(at + CLONE_BATCH, toClone.size()));
            recipient.tell(primary -> primary.insert(namespace, batch, WriteContext.migration()));
        }
        cloned = toClone.size();
        clonedBytes =
                toClone.stream().mapToLong(document -> document.getByteBuffer().remaining()).sum();
        toClone = List.of();
    }

    private void catchUp() {
        List<BsonValue> ids;
        synchronized (changedIds) {
            ids = List.copyOf(changedIds.values());
            changedIds.clear();
        }
        if (ids.isEmpty()) {
            return;
        }
        Map<BsonKey, RawBsonDocument> now = inRangeById(donor);
        Map<BsonKey, RawBsonDocument> copies = inRangeById(recipient);
        for (BsonValue changedId : ids) {
            BsonKey key = new BsonKey(changedId);
            transfer(new BsonDocument("_id", changedId), now.get(key), copies.containsKey(key));
            caughtUp++;
        }
    }

    /**
     * A document of the same id outside the range is the recipient's own, none of the move's
     * business.
     */
    private void transfer(BsonDocument key, RawBsonDocument present, boolean copied) {
        recipient.tell(
                primary -> {
                    if (present != null && copied) {
                        primary.update(
                                namespace, key, present, false, false, WriteContext.migration());
                    } else if (present != null) {
                        primary.insert(namespace, List.of(present), WriteContext.migration());
                    } else if (copied) {
                        primary.delete(namespace, key, false, WriteContext.migration());
                    }
                });
    }

    private Map<BsonKey, RawBsonDocument> inRangeById(Member shard) {
        Map<BsonKey, RawBsonDocument> byId = new LinkedHashMap<>();
        Contents.of(shard, namespace).stream()
                .filter(this::inRange)
                .forEach(document -> byId.put(new BsonKey(document.get("_id")), document));
        return byId;
    }

    private void enterCriticalSection() {
        core.replacing(
                () -> {
                    core.requireNoTransactionOn(namespace);
                    core.blocked.add(range);
                    records.enterCriticalSection();
                });
    }

    private void finalMods() {
        catchUp();
        if (core.atLeast(ServerVersion.V6_0)) {
            records.criticalSectionOnRecipient();
            heldOnRecipient = true;
        }
    }

    /** The moment ownership changes. */
    private void commit() {
        core.replacing(
                () -> {
                    ShardedCollection before = core.sharded(namespace);
                    BsonTimestamp validAfter = core.config().clusterTime();
                    BsonTimestamp major = before.nextMajor();
                    Chunk moved =
                            before.chunks().stream()
                                    .filter(
                                            candidate ->
                                                    candidate.sameRange(chunk.min(), chunk.max()))
                                    .findFirst()
                                    .orElseThrow()
                                    .movedTo(recipient.id(), validAfter, major);
                    List<Chunk> replaced = new ArrayList<>(List.of(moved));
                    // The donor's remaining chunk of greatest version gets a new one, so that
                    // routers learn of the move.
                    before.chunks().stream()
                            .filter(
                                    other ->
                                            other.shard().equals(donor.id())
                                                    && !other.id().equals(chunk.id()))
                            .max(java.util.Comparator.comparing(Chunk::version))
                            .ifPresent(
                                    control ->
                                            replaced.add(
                                                    control.versioned(
                                                            new BsonTimestamp(
                                                                    major.getTime(), 1))));
                    core.metadata()
                            .changeChunks(
                                    replace(before, replaced), replaced, List.of(), List.of());
                    committed = true;
                    tracking = false;
                });
    }

    private static ShardedCollection replace(ShardedCollection before, List<Chunk> replaced) {
        return before.withChunks(
                chunks -> {
                    for (Chunk newer : replaced) {
                        chunks.replaceAll(old -> old.id().equals(newer.id()) ? newer : old);
                    }
                    return chunks;
                });
    }

    private void release() {
        core.blocked.remove(range);
        if (heldOnRecipient) {
            records.releaseOnRecipient();
            heldOnRecipient = false;
        }
    }

    private void cleanUpRecords() {
        records.cleanUpAfterCommit();
        core.rangeDeletions.add(
                new RangeDeletion(
                        core,
                        donor,
                        id,
                        core.sharded(namespace),
                        Bson.range(chunk.min(), chunk.max()),
                        core.clock.millis() + core.orphanCleanupDelay.toMillis()));
    }

    private void logEnd() {
        records.logRecipientEnd("success", null);
        BsonDocument counts =
                new BsonDocument("cloned", new BsonInt64(cloned))
                        .append("clonedBytes", new BsonInt64(clonedBytes))
                        .append("catchup", new BsonInt64(caughtUp))
                        .append("steady", new BsonInt64(0));
        core.changelog()
                .write(
                        donor,
                        "moveChunk.commit",
                        namespace,
                        records.details().append("counts", counts));
        records.logDonorEnd("success", null);
        over();
    }

    private void over() {
        core.migrations.remove(this);
        if (event != null) {
            core.ended(event);
        }
    }

    /** Gives the move up; the steps that clean up are then ahead. */
    public void abort(String reason) {
        if (committed || aborted) {
            throw new ServerError(
                    20,
                    "IllegalOperation",
                    "The move of "
                            + namespace
                            + " is "
                            + (committed ? "committed" : "aborted")
                            + " already");
        }
        aborted = true;
        boolean recorded = tracking;
        tracking = false;
        steps.clear();
        core.blocked.remove(range);
        if (recorded) {
            steps.then("decide to abort", records::abortedOnDonor)
                    .then("release", this::release)
                    .then("delete the copies", this::deleteCopies)
                    .then("forget", records::cleanUpAfterAbort);
        }
        steps.then(
                "log the failure",
                () -> {
                    core.changelog().write(donor, "moveChunk.error", namespace, records.details());
                    records.logRecipientEnd("aborted", reason);
                    records.logDonorEnd("aborted", reason);
                    over();
                });
    }

    private void deleteCopies() {
        ShardKey key = core.sharded(namespace).key();
        Contents.of(recipient, namespace).stream()
                .filter(document -> chunk.holds(key.extract(document)))
                .forEach(
                        document ->
                                recipient.tell(
                                        primary ->
                                                primary.delete(
                                                        namespace,
                                                        new BsonDocument(
                                                                "_id", document.get("_id")),
                                                        false,
                                                        WriteContext.migration())));
    }

    /** When it was begun. */
    public BsonTimestamp begunAt() {
        return begunAt;
    }
}
