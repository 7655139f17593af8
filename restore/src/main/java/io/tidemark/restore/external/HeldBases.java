package io.tidemark.restore.external;

import io.tidemark.restore.ExternalBase;
import io.tidemark.restore.RestoreException;
import io.tidemark.restore.RestoreRequest;
import io.tidemark.restore.RestoreTarget;
import io.tidemark.restore.checkpoint.Checkpoints;
import io.tidemark.restore.checkpoint.RestoreMark;
import io.tidemark.restore.fetch.EntrySource;
import io.tidemark.restore.fetch.EntryStream;
import io.tidemark.restore.plan.ArchiveFacts;
import io.tidemark.restore.plan.ReplicaSetPlan;
import io.tidemark.restore.timeline.ClusterTimeline;
import io.tidemark.restore.timeline.TimelineLookup;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.ReplicaSetRole;
import io.tidemark.schemas.model.Shard;
import io.tidemark.storage.catalogue.ArchivedReplicaSet;
import io.tidemark.storage.catalogue.Chain;
import io.tidemark.storage.slice.OpenTransaction;
import io.tidemark.storage.slice.OpenTransactions;
import io.tidemark.storage.slice.SliceReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds of which time the data in the targets are, and from where replay must begin over them.
 *
 * <p>A volume snapshot holds its replica set's oplog, whose newest entry is the time of its data:
 * servers that start on it make them so. What the servers wrote there since are noops; anything
 * else, and the data are no longer those of the source.
 */
public final class HeldBases {
    private final RestoreRequest request;
    private final ExternalBase said;
    private final ArchiveFacts archive;
    private final SliceReader reader;

    private HeldBases(RestoreRequest request, ExternalBase said, ArchiveFacts archive) {
        this.request = request;
        this.said = said;
        this.archive = archive;
        this.reader = new SliceReader(request.bucket(), request.keys());
    }

    /**
     * Asks the targets; writes nothing.
     *
     * @return by replica set, those that have a target
     * @throws RestoreException with the reason if one's time can't be known, or the archive's oplog
     *     does not go on from it
     */
    public static Map<ReplicaSet, HeldBase> find(
            RestoreRequest request,
            ExternalBase said,
            ArchiveFacts archive,
            RestoreTarget.Connector connector) {
        HeldBases search = new HeldBases(request, said, archive);
        Map<ReplicaSet, List<ArchivedReplicaSet>> lives = new LinkedHashMap<>();
        archive.lives()
                .forEach(
                        life ->
                                lives.computeIfAbsent(life.replicaSet(), s -> new ArrayList<>())
                                        .add(life));
        Map<ReplicaSet, HeldBase> found = new LinkedHashMap<>();
        lives.forEach(
                (set, all) ->
                        search.uri(set, all)
                                .ifPresent(
                                        uri ->
                                                found.put(
                                                        set,
                                                        search.base(set, all, uri, connector))));
        return found;
    }

    /** What planning sees then. */
    public static ArchiveFacts facts(ArchiveFacts archive, Map<ReplicaSet, HeldBase> bases) {
        return new ExternalFacts(archive, List.copyOf(bases.values()), false);
    }

    /** The cluster's timeline as it is over these bases, read from the archived oplogs. */
    public static ClusterTimeline timeline(
            RestoreRequest request, ArchiveFacts archive, Map<ReplicaSet, HeldBase> bases) {
        List<Shard> members = new ArrayList<>();
        for (HeldBase base : bases.values()) {
            archive.role(base.life())
                    .filter(ReplicaSetRole.ShardServer.class::isInstance)
                    .map(role -> ((ReplicaSetRole.ShardServer) role).id())
                    .ifPresent(id -> members.add(new Shard(id, base.life().replicaSet())));
        }
        return new TimelineLookup(request.bucket(), request.keys(), request.cluster())
                .fromArchive(
                        new ExternalFacts(archive, List.copyOf(bases.values()), true),
                        members,
                        entries -> {});
    }

    private Optional<String> uri(ReplicaSet set, List<ArchivedReplicaSet> lives) {
        boolean config = isConfig(lives);
        return Optional.ofNullable(request.targets().get(set.name()))
                .or(
                        () ->
                                config
                                        ? Optional.ofNullable(
                                                request.targets().get(RestoreRequest.CONFIG))
                                        : Optional.empty());
    }

    private boolean isConfig(List<ArchivedReplicaSet> lives) {
        Optional<ReplicaSetRole> config = Optional.of(ReplicaSetRole.CONFIG_SERVER);
        return lives.stream().anyMatch(life -> archive.role(life).equals(config));
    }

    private HeldBase base(
            ReplicaSet set,
            List<ArchivedReplicaSet> lives,
            String uri,
            RestoreTarget.Connector connector) {
        Optional<ClusterTime> told = said.time(set.name(), isConfig(lives));
        try (RestoreTarget target = connector.connect(uri, request.options())) {
            Optional<RestoreMark> left = Checkpoints.markOf(target).filter(HeldBase::isIn);
            if (left.isPresent()) {
                // Its own oplog tells of the restore by now, and its data are of no one time.
                return HeldBase.of(left.get(), lives);
            }
            Optional<ClusterTime> prepared = HeldTransactions.oldest(target, set);
            HeldBase base =
                    told.isPresent()
                            ? toldBase(set, lives, told.get())
                            : new OwnOplog(set, lives, target, this::entryAt).find();
            return reachingBack(base, prepared);
        }
    }

    private HeldBase toldBase(ReplicaSet set, List<ArchivedReplicaSet> lives, ClusterTime asOf) {
        for (ArchivedReplicaSet life : lives) {
            Chain chain = archive.chain(life, asOf.previous());
            if (chain.unbrokenThrough().compareTo(asOf) >= 0) {
                return new HeldBase(life, asOf, asOf, ClusterTime.max(asOf, end(asOf)));
            }
        }
        throw new RestoreException.NotCovered(
                "The base in the target of replica set "
                        + set
                        + " is of "
                        + asOf
                        + ", but the archive's oplog does not go on from there: "
                        + lives.stream().map(life -> whereabouts(life, asOf)).toList()
                        + ". Restore a base of a time that is archived.");
    }

    private ClusterTime end(ClusterTime asOf) {
        return said.end().orElse(asOf);
    }

    private String whereabouts(ArchivedReplicaSet life, ClusterTime asOf) {
        Chain all = archive.chain(life, ClusterTime.ZERO);
        if (all.links().isEmpty()) {
            return "it holds no entries";
        }
        ClusterTime begin = archive.firstEntry(life);
        if (asOf.isBefore(begin)) {
            return "it begins with " + begin;
        }
        return all.holes().stream()
                .filter(hole -> hole.through().isBefore(ClusterTime.MAX))
                .filter(hole -> asOf.isAfter(hole.after()) && !asOf.isAfter(hole.through()))
                .findFirst()
                .map(
                        hole ->
                                "("
                                        + hole.after()
                                        + ", "
                                        + hole.through()
                                        + "] is missing"
                                        + archive.reason(hole).map(why -> ": " + why).orElse(""))
                .orElseGet(
                        () ->
                                "it ends with "
                                        + all.links().get(all.links().size() - 1).readThrough());
    }

    /** The archived entry of that time, if there is one. */
    private Optional<io.tidemark.schemas.oplog.OplogEntry> entryAt(
            ArchivedReplicaSet life, ClusterTime at) {
        Chain chain = archive.chain(life, at.previous());
        if (chain.unbrokenThrough().isBefore(at)) {
            return Optional.empty();
        }
        try (EntryStream entries = source(life, chain).read(at.previous(), at)) {
            return entries.hasNext() ? Optional.of(entries.next()) : Optional.empty();
        }
    }

    private EntrySource source(ArchivedReplicaSet life, Chain chain) {
        return new EntrySource(
                reader,
                new ReplicaSetPlan(
                        life,
                        archive.role(life),
                        Optional.empty(),
                        chain.after(),
                        chain.links().stream()
                                .filter(
                                        link ->
                                                !link.readThrough()
                                                        .isAfter(chain.unbrokenThrough()))
                                .toList(),
                        chain.unbrokenThrough()));
    }

    /** Transactions that were open then are replayed from their first entries. */
    private HeldBase reachingBack(HeldBase base, Optional<ClusterTime> toldByTarget) {
        ClusterTime from = base.asOf();
        Optional<ClusterTime> toldByArchive = oldestOpen(base);
        from = toldByArchive.map(first -> ClusterTime.min(first, base.asOf())).orElse(from);
        from = ClusterTime.min(from, toldByTarget.orElse(from));
        Chain chain = archive.chain(base.life(), from.previous());
        if (chain.unbrokenThrough().isBefore(base.asOf())) {
            throw new RestoreException.NotCovered(
                    "A transaction of replica set "
                            + base.life().replicaSet()
                            + " was open at "
                            + base.asOf()
                            + ", the time of the base, since "
                            + from
                            + ", and the archive does not hold its first entries: "
                            + whereabouts(base.life(), from)
                            + ". Restore a base of another time.");
        }
        return new HeldBase(
                base.life(),
                from,
                base.asOf(),
                ClusterTime.max(base.usableFrom(), end(base.asOf())));
    }

    /** By what the slice before says of itself, and the entries from there to the base's time. */
    private Optional<ClusterTime> oldestOpen(HeldBase base) {
        Chain all = lastRun(base.life(), base.asOf());
        EntrySource oplog = source(base.life(), all);
        Optional<Chain.Link> before =
                all.links().stream()
                        .filter(link -> link.readThrough().isBefore(base.asOf()))
                        .reduce((earlier, later) -> later);
        OpenTransactions open =
                new OpenTransactions(
                        before.map(link -> oplog.openAfter(link.slice())).orElse(List.of()));
        ClusterTime after = before.map(Chain.Link::readThrough).orElse(all.after());
        try (EntryStream entries = oplog.read(after, base.asOf())) {
            entries.forEachRemaining(open::apply);
        }
        return open.list().stream()
                .map(OpenTransaction::first)
                .map(first -> first.clusterTime())
                .min(java.util.Comparator.naturalOrder());
    }

    /** From behind the last hole before {@code through} on. */
    private Chain lastRun(ArchivedReplicaSet life, ClusterTime through) {
        Chain all = archive.chain(life, ClusterTime.ZERO);
        ClusterTime begin =
                all.holes().stream()
                        .filter(hole -> hole.through().isBefore(through))
                        .map(Chain.Hole::through)
                        .reduce((earlier, later) -> later)
                        .orElse(ClusterTime.ZERO);
        return begin.equals(ClusterTime.ZERO) ? all : archive.chain(life, begin);
    }
}
