package io.tidemark.embedded.mongo.sharding;

import io.tidemark.embedded.mongo.CollectionDescription;
import io.tidemark.embedded.mongo.ServerError;
import io.tidemark.embedded.mongo.ServerVersion;
import io.tidemark.embedded.mongo.WriteContext;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.bson.BsonDocument;
import org.bson.RawBsonDocument;

/** Moves a database's unsharded collections to another shard by copying them. */
public final class MovePrimary implements Stepwise {
    private final Core core;
    private final Routing.Database before;
    private final Member donor;
    private final Member recipient;
    private final BsonDocument details;
    private final Set<String> moved;
    private final List<BlockedRange> whole;
    private final DdlCoordinator coordinator;
    private boolean committed;
    private boolean aborted;

    MovePrimary(Core core, String name, String to) {
        this.core = core;
        this.before =
                core.routing()
                        .database(name)
                        .orElseThrow(
                                () ->
                                        ServerError.namespaceNotFound(
                                                "database " + name + " not found"));
        core.requireNoTransactionOnDatabase(name);
        this.donor = core.shard(before.primary());
        this.recipient = core.shard(to);
        this.details =
                new BsonDocument("from", Bson.string(donor.id())).append("to", Bson.string(to));
        this.moved = unsharded();
        this.whole = List.of(BlockedRange.whole(name));
        this.coordinator = DdlCoordinator.unrecorded(core, donor, "movePrimary", name);
        if (before.primary().equals(to)) {
            coordinator.instead();
        } else {
            plan();
        }
    }

    private void plan() {
        coordinator.log(donor, "movePrimary.start", details).block(whole);
        for (String namespace : moved) {
            coordinator.then("copy " + namespace, () -> copy(namespace));
        }
        if (!core.atLeast(ServerVersion.V7_0)) {
            coordinator.log(donor, "movePrimary.validating", details);
        }
        coordinator
                .then("announce", this::announce)
                .then("commit", this::commit)
                .unblock(whole)
                .log(donor, "movePrimary.commit", details);
        for (String namespace : moved) {
            coordinator.then("drop the old " + namespace, () -> drop(donor, namespace));
        }
        if (core.atLeast(ServerVersion.V7_0)) {
            coordinator.log(donor, "movePrimary.end", details);
        }
        coordinator.end();
    }

    @Override
    public Optional<String> next() {
        return coordinator.next();
    }

    @Override
    public void step() {
        coordinator.step();
    }

    /**
     * Gives the move up before its commit; the steps that clean up are then ahead. The old primary
     * stays, the copies go.
     */
    public void abort(String reason) {
        if (committed || aborted || !coordinator.hasBegun()) {
            throw ServerError.illegalOperation(
                    "The move of "
                            + before.name()
                            + " has not begun, or is committed or aborted already");
        }
        aborted = true;
        coordinator.instead();
        for (String namespace : moved) {
            coordinator.then("drop the copy of " + namespace, () -> drop(recipient, namespace));
        }
        BsonDocument failed = Bson.copy(details);
        if (core.atLeast(ServerVersion.V7_0)) {
            failed.append("error", Bson.string(reason));
        }
        coordinator.unblock(whole).log(donor, "movePrimary.error", failed).end();
    }

    private Set<String> unsharded() {
        Set<String> found = new TreeSet<>();
        donor.call(shard -> shard.collections()).stream()
                .map(CollectionDescription::namespace)
                .filter(namespace -> namespace.startsWith(before.name() + "."))
                .filter(namespace -> core.routing().collection(namespace).isEmpty())
                .forEach(found::add);
        return found;
    }

    /** The copy of an unsharded collection gets a UUID of its own. */
    private void copy(String namespace) {
        CollectionDescription source =
                donor.call(shard -> shard.collection(namespace)).orElseThrow();
        CollectionDescription target =
                new CollectionDescription(
                        namespace, core.ids.uuid(), source.options(), source.indexes());
        CollectionCopies.ensure(core, target, recipient);
        core.oracle.copied(source.uuid(), target.uuid());
        List<RawBsonDocument> documents = Contents.of(donor, namespace);
        if (!documents.isEmpty()) {
            recipient.tell(shard -> shard.insert(namespace, documents, WriteContext.migration()));
        }
    }

    /** Change streams learn of the move from this noop (F§1.5). */
    private void announce() {
        BsonDocument name = new BsonDocument("movePrimary", Bson.string(before.name()));
        BsonDocument o2 = Bson.copy(name);
        o2.putAll(details);
        donor.tell(
                shard ->
                        shard.noop(
                                before.name() + ".$cmd",
                                Optional.empty(),
                                new BsonDocument("msg", name),
                                Optional.of(o2)));
    }

    private void commit() {
        core.replacing(
                () -> {
                    core.metadata()
                            .movePrimary(
                                    before.movedTo(recipient.id(), core.config().clusterTime()));
                    committed = true;
                });
    }

    private static void drop(Member shard, String namespace) {
        shard.tell(
                primary -> {
                    if (primary.collection(namespace).isPresent()) {
                        primary.dropCollection(namespace, WriteContext.migration());
                    }
                });
    }
}
