package io.tidemark.timeline.pair;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.timeline.event.TopologyEvent;
import io.tidemark.timeline.tag.Fact;
import io.tidemark.timeline.tag.Observation;
import io.tidemark.timeline.watermark.Members;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Pairs the facts of all replica sets, given in the order of {@link Observation}, to events. An
 * event is handed on when it opens, when it changes its nature and when it closes, always under the
 * same id. What it does depends on the facts and their times only, so equal input gives equal
 * output, however it is cut into calls.
 */
public final class Pairing {
    private final Operations operations;
    private final DdlPairing ddl;
    private final CommandPairing commands;
    private final MovePairing moves;
    private final ReshardPairing reshardings;
    private final ShardPairing shards;
    private final FcvPairing versions;
    private final PreparedTransactions prepared;
    private final Catalogue catalogue = new Catalogue();

    public Pairing(PairingLimits limits, Consumer<TopologyEvent> events) {
        operations = new Operations(limits, events);
        ddl = new DdlPairing(operations);
        commands = new CommandPairing(operations, catalogue);
        moves = new MovePairing(operations, catalogue);
        reshardings = new ReshardPairing(operations);
        shards = new ShardPairing(operations);
        versions = new FcvPairing(operations);
        prepared = new PreparedTransactions(events);
    }

    /** Nothing before this time was captured; the earliest such call counts. */
    public void knownFrom(ClusterTime time) {
        operations.knownFrom(time);
    }

    /**
     * From here on every write to config.collections is given: what it doesn't name is unsharded.
     */
    public void catalogueComplete() {
        catalogue.complete();
    }

    /**
     * @param shard the id of the observation's replica set, {@code config} for the config servers
     */
    public void accept(Observation observation, String shard) {
        expire(observation.at(), false);
        int ordinal = 0;
        for (Fact fact : observation.facts()) {
            accept(new Moment(observation.at(), observation.replicaSet(), shard, ordinal++), fact);
        }
        operations.tell(observation.at());
    }

    /** All facts at or before {@code watermark} were given: closes what has waited long enough. */
    public void advance(ClusterTime watermark) {
        expire(watermark, true);
    }

    /** Tells what has waited long enough, in the order of deadlines. */
    private void expire(ClusterTime now, boolean inclusive) {
        Optional<ClusterTime> next = prepared.nextDeadline();
        while (next.isPresent()
                && (next.get().isBefore(now) || inclusive && next.get().equals(now))) {
            operations.expire(next.get(), true);
            prepared.tell(next.get());
            next = prepared.nextDeadline();
        }
        operations.expire(now, inclusive);
    }

    /** Outcomes of prepared transactions up to here are archived. */
    public void archived(ClusterTime watermark) {
        prepared.forgetDecided(watermark);
    }

    /** Nobody asks for times before this one any more. */
    public void forgetBefore(ClusterTime oldest) {
        prepared.forgetBefore(oldest);
    }

    /** Open operations wait no longer for steps on a replica set that left the cluster. */
    public void left(ClusterTime at, ReplicaSet replicaSet) {
        stopWaiting(at, replicaSet.name());
        prepared.missing(replicaSet, at);
    }

    public Collection<PreparedTransaction> preparedTransactions() {
        return prepared.all();
    }

    /** The operations under way, as they stand. */
    public List<TopologyEvent> openEvents() {
        return operations.open().stream().map(Operation::toEvent).toList();
    }

    /** How many operations are under way, to show that state is bounded by them. */
    public int openCount() {
        return operations.open().size();
    }

    public PairingState state() {
        return new PairingState(
                operations.knownFrom(),
                List.copyOf(operations.open()),
                List.copyOf(operations.ended()),
                catalogue.uuids(),
                catalogue.isComplete(),
                catalogue.isHoled(),
                moves.seesChunks(),
                List.copyOf(prepared.all()));
    }

    public void restore(PairingState state) {
        operations.restore(state.knownFrom(), state.open(), state.ended());
        catalogue.restore(state.collections(), state.catalogueComplete(), state.catalogueHoled());
        moves.restore(state.seesChunks());
        prepared.restore(state.prepared());
    }

    private void accept(Moment moment, Fact fact) {
        if (fact instanceof Fact.LogLine line) {
            line(moment, line);
        } else if (fact instanceof Fact.ChunkWrite write) {
            moves.chunk(moment, write);
        } else if (fact instanceof Fact.CollectionWrite write) {
            catalogue.accept(write);
            String step = "config.collections " + (write.removed() ? "removed" : "written");
            boolean known = ddl.catalogue(moment, write.ns(), step);
            boolean temporary = write.ns().contains(".system.resharding.");
            if (!known && write.removed() && !temporary) {
                commands.unnamedDrop(moment, write.ns(), step);
            }
        } else if (fact instanceof Fact.DatabaseWrite write) {
            String step = "config.databases " + (write.removed() ? "removed" : "written");
            ddl.catalogue(moment, write.database(), step);
        } else if (fact instanceof Fact.ShardWrite write) {
            shards.document(moment, write);
        } else if (fact instanceof Fact.ReshardWrite write) {
            reshardings.document(moment, write);
        } else if (fact instanceof Fact.CoordinatorWrite write) {
            ddl.coordinator(moment, write);
        } else {
            acceptShards(moment, fact);
        }
    }

    private void acceptShards(Moment moment, Fact fact) {
        if (fact instanceof Fact.MigrationWrite write) {
            moves.coordinator(moment, write);
        } else if (fact instanceof Fact.Command command) {
            commands.command(moment, command);
        } else if (fact instanceof Fact.Marker marker) {
            commands.marker(moment, marker);
        } else if (fact instanceof Fact.Prepared transaction) {
            prepared.prepared(moment, transaction);
        } else if (fact instanceof Fact.Decided decision) {
            prepared.decided(moment, decision);
        } else if (fact instanceof Fact.FcvWrite write) {
            versions.version(moment, write);
        } else if (fact instanceof Fact.Missing hole) {
            missing(moment, hole);
        }
    }

    /** What was to come from this replica set may lie in the hole. */
    private void missing(Moment moment, Fact.Missing hole) {
        if (moment.shard().equals(Members.CONFIG)) {
            operations.unknownUntil(hole.after());
            catalogue.hole();
        }
        prepared.missing(moment.replicaSet(), moment.at());
        stopWaiting(moment.at(), moment.replicaSet().name());
    }

    private void stopWaiting(ClusterTime at, String replicaSet) {
        for (Operation op : List.copyOf(operations.open())) {
            boolean waited = op.waitingFor.removeIf(token -> token.startsWith(replicaSet + "|"));
            // Whether a coordinator was done nobody can tell: it is given up when patience ends.
            if (waited && !op.coordinated) {
                op.maybeOver(at, operations.limits().settle());
            }
        }
    }

    private void line(Moment moment, Fact.LogLine line) {
        String what = line.what();
        if (what.startsWith("moveChunk.")) {
            moves.line(moment, line);
        } else if (what.equals("resharding.coordinator.transition")) {
            reshardings.line(moment, line);
        } else if (Stream.of("addShard", "removeShard", "removeShard.start")
                .anyMatch(what::equals)) {
            shards.line(moment, line);
        } else {
            ddl.line(moment, line);
        }
    }
}
