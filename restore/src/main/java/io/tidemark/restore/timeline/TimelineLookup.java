package io.tidemark.restore.timeline;

import io.tidemark.restore.plan.ArchiveFacts;
import io.tidemark.restore.plan.BaseFacts;
import io.tidemark.restore.plan.BucketFacts;
import io.tidemark.restore.plan.RestorePlan;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.layout.BasePlace;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.model.Namespace;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.ReplicaSetRole;
import io.tidemark.schemas.model.Shard;
import io.tidemark.storage.base.BaseCollection;
import io.tidemark.storage.base.BaseManifest;
import io.tidemark.storage.base.BaseReader;
import io.tidemark.storage.catalogue.ArchivedReplicaSet;
import io.tidemark.storage.catalogue.Catalogue;
import io.tidemark.storage.frames.FrameKeys;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.storage.slice.SliceReader;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongConsumer;
import java.util.stream.Stream;

/** Finds a cluster's timeline in its bucket. */
public final class TimelineLookup {
    private static final Namespace SHARDS = Namespace.of("config.shards");

    private final ObjectStore bucket;
    private final FrameKeys keys;
    private final ClusterName cluster;
    private final Optional<ArchiveFacts> known;

    public TimelineLookup(ObjectStore bucket, FrameKeys keys, ClusterName cluster) {
        this(bucket, keys, cluster, Optional.empty());
    }

    private TimelineLookup(
            ObjectStore bucket, FrameKeys keys, ClusterName cluster, Optional<ArchiveFacts> known) {
        this.bucket = bucket;
        this.keys = keys;
        this.cluster = cluster;
        this.known = known;
    }

    /** The same over facts of the bucket that were just read: they are not read again. */
    public TimelineLookup knowing(ArchiveFacts facts) {
        return new TimelineLookup(bucket, keys, cluster, Optional.of(facts));
    }

    /** The one stored in the bucket, else one computed from the archived oplogs. */
    public ClusterTimeline find(LongConsumer progress) {
        return stored().orElseGet(() -> fromArchive(progress));
    }

    /** The one stored in the bucket, if it knows all replica sets that are archived by now. */
    public Optional<ClusterTimeline> stored() {
        return inBucket().read();
    }

    /**
     * As {@link #find}, but where it is stored, its events are left out: they need as many objects
     * as there are, and nobody who restores to a time asks for them.
     */
    public ClusterTimeline findWindows(LongConsumer progress) {
        return storedWindows().orElseGet(() -> fromArchive(progress));
    }

    /** As {@link #stored}, without events. */
    public Optional<ClusterTimeline> storedWindows() {
        return inBucket().windows();
    }

    /**
     * Computes it from the archived oplogs and stores it.
     *
     * @param progress told how many entries were read
     * @return what can be read from the bucket from now on
     */
    public ClusterTimeline rebuild(LongConsumer progress) {
        return store(fromArchive(progress));
    }

    /**
     * The same, but only if the archive holds every member of the cluster that it knows of. A
     * timeline without some member could be taken for the cluster's once that member is there.
     * Oplogs are read only where the listing and the bases don't name a missing member already.
     *
     * @param progress told how many entries were read
     */
    public ArchivedCluster storeIfWhole(LongConsumer progress) {
        ArchiveFacts facts = facts();
        Set<ReplicaSet> archived = new TreeSet<>();
        facts.lives().forEach(life -> archived.add(life.replicaSet()));
        if (facts.lives().stream().noneMatch(life -> isConfigServer(facts, life))) {
            return ArchivedCluster.Incomplete.withoutConfigServers();
        }
        requireCluster(facts);
        List<List<Shard>> inBases = shardsInBases(facts);
        Optional<List<Shard>> first = archiveTimeline(facts, progress).toldShards(inBases);
        if (first.isEmpty()) {
            return ArchivedCluster.Incomplete.shardsUntold();
        }
        List<Shard> missing = except(archived, first.get().stream());
        if (!missing.isEmpty()) {
            return ArchivedCluster.Incomplete.without(missing);
        }
        ClusterTimeline timeline = archiveTimeline(facts, progress).read(inBases);
        List<Shard> missingLater =
                except(
                        archived,
                        timeline.content().members().stream()
                                .map(member -> new Shard(member.shard(), member.replicaSet())));
        return missingLater.isEmpty()
                ? new ArchivedCluster.Whole(store(timeline))
                : ArchivedCluster.Incomplete.without(missingLater);
    }

    private static List<Shard> except(Set<ReplicaSet> archived, Stream<Shard> members) {
        return members.filter(member -> !archived.contains(member.replicaSet()))
                .distinct()
                .toList();
    }

    private ClusterTimeline store(ClusterTimeline timeline) {
        ArchiveFacts facts = facts();
        Incarnation incarnation =
                facts.lives().stream()
                        .filter(life -> facts.lives().size() == 1 || isConfigServer(facts, life))
                        .reduce((earlier, later) -> later)
                        .map(ArchivedReplicaSet::incarnation)
                        .orElse(Incarnation.UNKNOWN);
        boolean further =
                storedWindows()
                        .filter(known -> known.watermark().isAfter(timeline.watermark()))
                        .isPresent();
        if (further) {
            return timeline.noting(
                    "Nothing was stored: the timeline in the bucket knows the cluster beyond "
                            + timeline.watermark()
                            + ", up to where all members are archived now. Are slices missing?"
                            + " 'tidemark verify' looks.");
        }
        new TimelineStore(bucket, keys, cluster, incarnation).put(timeline);
        return timeline;
    }

    /**
     * Computes it from the archived oplogs, all of which are read.
     *
     * @param progress told how many entries were read
     * @throws io.tidemark.restore.RestoreException.ArchiveDamaged if the replica sets are no
     *     cluster
     * @throws io.tidemark.restore.RestoreException.NotCovered if there are none
     */
    public ClusterTimeline fromArchive(LongConsumer progress) {
        ArchiveFacts facts = facts();
        requireCluster(facts);
        return archiveTimeline(facts, progress).read(shardsInBases(facts));
    }

    /**
     * The same of a cluster whose bases lie elsewhere.
     *
     * @param facts the archive's, with those bases
     * @param members the shards of the cluster as of the bases
     */
    public ClusterTimeline fromArchive(
            ArchiveFacts facts, List<Shard> members, LongConsumer progress) {
        requireCluster(facts);
        return archiveTimeline(facts, progress).read(List.of(members));
    }

    private ArchiveFacts facts() {
        return known.orElseGet(() -> new BucketFacts(bucket, new Catalogue(bucket, cluster)));
    }

    private StoredTimeline inBucket() {
        return new StoredTimeline(bucket, keys, cluster, this::archived);
    }

    private Set<ReplicaSet> archived() {
        Set<ReplicaSet> archived = new TreeSet<>();
        if (known.isPresent()) {
            known.get().lives().forEach(life -> archived.add(life.replicaSet()));
            return archived;
        }
        Catalogue catalogue = new Catalogue(bucket, cluster);
        catalogue.replicaSets().forEach(life -> archived.add(life.replicaSet()));
        catalogue.bases().forEach(base -> archived.add(base.replicaSet()));
        return archived;
    }

    private ArchiveTimeline archiveTimeline(ArchiveFacts facts, LongConsumer progress) {
        return new ArchiveTimeline(facts, new SliceReader(bucket, keys), progress);
    }

    private static void requireCluster(ArchiveFacts facts) {
        Set<ReplicaSet> all = new HashSet<>();
        Set<ReplicaSet> config = new HashSet<>();
        for (ArchivedReplicaSet life : facts.lives()) {
            all.add(life.replicaSet());
            if (isConfigServer(facts, life)) {
                config.add(life.replicaSet());
            }
        }
        RestorePlan.requireWholeCluster(all.size(), config.size());
    }

    private static boolean isConfigServer(ArchiveFacts facts, ArchivedReplicaSet life) {
        return facts.role(life).filter(ReplicaSetRole.ConfigServer.class::isInstance).isPresent();
    }

    /** The shards that each base of the config servers names, the earliest base first. */
    private List<List<Shard>> shardsInBases(ArchiveFacts facts) {
        return facts.lives().stream()
                .filter(life -> isConfigServer(facts, life))
                .flatMap(life -> facts.bases(life).stream())
                .sorted(Comparator.comparing(BaseFacts::usableFrom))
                .map(base -> shards(base.place()))
                .toList();
    }

    /** Nothing if some document doesn't say which replica set it is about. */
    private List<Shard> shards(BasePlace place) {
        BaseManifest manifest = BaseManifest.read(bucket, place);
        BaseReader reader = new BaseReader(bucket, keys);
        List<Optional<Shard>> shards = new ArrayList<>();
        for (BaseCollection collection : manifest.collections()) {
            if (collection.namespace().equals(SHARDS)) {
                reader.documents(manifest, collection)
                        .forEachRemaining(document -> shards.add(shard(document)));
            }
        }
        boolean all = shards.stream().allMatch(Optional::isPresent);
        return all ? shards.stream().flatMap(Optional::stream).toList() : List.of();
    }

    /** {@code host} is written {@code set/host:port,…}. */
    private static Optional<Shard> shard(RawDocument document) {
        Optional<String> set =
                document.string("host")
                        .filter(host -> host.indexOf('/') > 0)
                        .map(host -> host.substring(0, host.indexOf('/')));
        return document.string("_id")
                .flatMap(id -> set.map(name -> new Shard(id, new ReplicaSet(name))));
    }
}
