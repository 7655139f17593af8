package io.tidemark.embedded.mongo.sharding;

import io.tidemark.embedded.mongo.CollectionDescription;
import io.tidemark.embedded.mongo.ServerError;
import io.tidemark.embedded.mongo.ServerVersion;
import io.tidemark.embedded.mongo.WriteContext;
import io.tidemark.embedded.mongo.query.ShardKey;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.bson.BsonDocument;

/**
 * Gives a collection another shard key (5.0 on): its documents are copied under a new UUID while
 * users go on writing; one transaction on the config servers makes the copy the collection (F§5,
 * F§6). The source stays in charge until then. A script may stop after any step, or {@link #abort}
 * before the commit.
 *
 * <p>To the oracle the whole is one event {@code reshardCollection}; from the block of writes to
 * its end, when the copies have taken over the name, it is also a {@code reshardCommit}.
 */
public final class Resharding implements Stepwise {
    private final Core core;
    private final ShardedCollection source;
    private final ShardedCollection target;
    private final UUID id;
    private final Member primary;
    private final DdlCoordinator coordinator;
    private final ReshardingRecords records;
    private final ReshardingCopies copies;
    private final List<BlockedRange> whole;
    private ClusterEvent commit;
    private boolean committed;
    private boolean aborted;

    Resharding(Core core, String namespace, BsonDocument pattern) {
        if (!core.atLeast(ServerVersion.V5_0)) {
            throw ServerError.commandNotFound("no such command: 'reshardCollection'");
        }
        this.core = core;
        this.source = core.sharded(namespace);
        core.requireNoTransactionOn(namespace);
        core.requireFreeForMetadata(namespace);
        this.primary = core.primaryOf(source.database());
        this.id = core.ids.uuid();
        this.target = ReshardingChunks.deal(core, source, new ShardKey(pattern));
        this.whole = List.of(BlockedRange.whole(namespace));
        this.records = new ReshardingRecords(core, source, target, id);
        this.copies = new ReshardingCopies(core, source, target, records.temporary());
        this.coordinator =
                DdlCoordinator.unrecorded(core, core.config(), "reshardCollection", namespace);
        if (pattern.equals(source.key().pattern())) {
            coordinator.instead();
        } else {
            planCopy();
            planCommit();
        }
    }

    private void planCopy() {
        coordinator
                .then("initialize", this::initialize)
                .then("prepare to donate", this::prepareToDonate);
        for (String donor : source.shards()) {
            coordinator.then(
                    "announce on " + donor,
                    () -> records.announce(core.shard(donor), "reshardBegin"));
        }
        coordinator.then("begin to clone", () -> records.enter("cloning"));
        for (String recipient : target.shards()) {
            coordinator.then("clone on " + recipient, () -> copies.begin(core.shard(recipient)));
        }
        coordinator.then("begin to apply", () -> records.enter("applying"));
        for (String recipient : target.shards()) {
            coordinator.then("apply on " + recipient, () -> apply(core.shard(recipient)));
        }
    }

    private void planCommit() {
        coordinator.then("block writes", this::blockWrites);
        for (String donor : source.shards()) {
            coordinator.then(
                    "final entry on " + donor,
                    () -> records.announce(core.shard(donor), "reshardFinalOp"));
        }
        for (String recipient : target.shards()) {
            coordinator.then(
                    "apply the rest on " + recipient, () -> copies.apply(core.shard(recipient)));
        }
        coordinator.then("commit", this::commit);
        for (Member shard : core.placesOf(primary, Optional.of(source))) {
            coordinator.then("take over on " + shard.id(), () -> takeOver(shard));
        }
        coordinator.then("unblock", this::unblock).then("finish", this::finished).end();
    }

    private void initialize() {
        core.resharded.add(source.namespace());
        records.initialize();
    }

    private void prepareToDonate() {
        records.insertTemporary();
        records.enter("preparing-to-donate");
        records.announceStart(primary);
    }

    private void apply(Member recipient) {
        copies.apply(recipient);
        records.announce(recipient, "reshardDoneCatchUp");
    }

    private void blockWrites() {
        core.replacing(
                () -> {
                    core.requireNoTransactionOn(source.namespace());
                    core.blocked.addAllAbsent(whole);
                });
        commit = core.begun("reshardCommit", source.namespace());
        records.enter("blocking-writes");
    }

    private void commit() {
        core.replacing(
                () -> {
                    records.commit();
                    core.oracle.copied(source.uuid(), target.uuid());
                    committed = true;
                });
    }

    /** The copy gets the collection's name; where there is none, the old collection goes. */
    private void takeOver(Member shard) {
        String namespace = source.namespace();
        core.rangeDeletions.stream()
                .filter(
                        task ->
                                task.shard().equals(shard.id())
                                        && task.namespace().equals(namespace))
                .forEach(RangeDeletion::forget);
        shard.tell(
                set -> {
                    boolean old =
                            set.collection(namespace)
                                    .map(CollectionDescription::uuid)
                                    .filter(source.uuid()::equals)
                                    .isPresent();
                    if (set.collection(records.temporary()).isPresent()) {
                        set.renameCollection(
                                records.temporary(), namespace, true, WriteContext.migration());
                    } else if (old) {
                        set.dropCollection(namespace, WriteContext.migration());
                    }
                });
        ShardCache.forget(shard, namespace);
        if (target.shards().contains(shard.id())) {
            ShardCache.refresh(core, shard, core.sharded(namespace));
        }
    }

    private void unblock() {
        core.blocked.removeAll(whole);
        if (commit != null) {
            core.ended(commit);
        }
    }

    private void finished() {
        records.finish();
        core.resharded.remove(source.namespace());
    }

    /** Gives it up before its commit; the steps that clean up are then ahead. */
    public void abort() {
        if (committed || aborted || !coordinator.hasBegun()) {
            throw ServerError.illegalOperation(
                    "The resharding of "
                            + source.namespace()
                            + " has not begun, or is committed or aborted already");
        }
        aborted = true;
        boolean initialized = core.resharded.contains(source.namespace());
        coordinator.instead();
        if (initialized) {
            coordinator.then("begin to abort", () -> records.enter("aborting"));
            for (String recipient : target.shards()) {
                coordinator.then(
                        "drop the copy on " + recipient, () -> copies.drop(core.shard(recipient)));
            }
            coordinator
                    .then("remove the temporary metadata", records::removeTemporary)
                    .then("unblock", this::unblock)
                    .then("finish", this::finished);
        }
        coordinator.end();
    }

    /** Whether the copy is the collection now. */
    public boolean isCommitted() {
        return committed;
    }

    public UUID newUuid() {
        return target.uuid();
    }

    Set<String> recipients() {
        return target.shards();
    }

    @Override
    public Optional<String> next() {
        return coordinator.next();
    }

    @Override
    public void step() {
        coordinator.step();
    }
}
