package io.tidemark.embedded.mongo.sharding;

import io.tidemark.embedded.mongo.CollectionDescription;
import io.tidemark.embedded.mongo.InProcessPrimary;
import io.tidemark.embedded.mongo.ServerError;
import io.tidemark.embedded.mongo.ServerVersion;
import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonTimestamp;
import org.bson.types.ObjectId;

/**
 * A sharded cluster in this JVM: shards {@code shard0…} that are the replica sets {@code rs0…},
 * config servers in the replica set {@code config}, and a router. All speak MongoDB's wire protocol
 * on the loopback interface, and all that moves between them is written as a real cluster writes
 * it. {@link #oracle()} knows the true documents at every cluster time.
 *
 * <p>It is a stand-in: no access control, no balancer of its own, no process that can die in the
 * middle of a step: what survives a failure is shown by scripts that elect or stop between steps.
 */
public final class SimulatedCluster implements AutoCloseable {
    private final ClusterBuilder settings;
    private final Core core;
    private final Ddl ddl;
    private final Placement placement;
    private final ShardMembership membership;
    private final List<Router> routers = new ArrayList<>();
    private final List<SimulatedReplicaSet> sets = new ArrayList<>();
    private boolean closed;

    SimulatedCluster(ClusterBuilder settings) {
        this.settings = settings;
        this.core =
                new Core(
                        settings.version,
                        settings.clock,
                        settings.seed,
                        settings.orphanCleanupDelay);
        this.placement = new Placement(core);
        this.membership = new ShardMembership(core);
        this.ddl = new Ddl(core);
    }

    public static ClusterBuilder builder() {
        return new ClusterBuilder();
    }

    SimulatedCluster start() {
        core.configServers(
                new Member("config", set("config", settings.configMembers, true), core.gossip));
        core.metadata().initialize();
        for (int i = 0; i < settings.shards; i++) {
            addShard();
        }
        Router first = new Router(core, new Gossip(), this);
        first.start();
        routers.add(first);
        return this;
    }

    private SimulatedReplicaSet set(String name, int members, boolean config) {
        SimulatedReplicaSet.Builder builder =
                SimulatedReplicaSet.builder(name)
                        .version(settings.version)
                        .members(members)
                        .clock(settings.clock)
                        .noopInterval(settings.noopInterval)
                        .oplogMaxBytes(settings.oplogMaxBytes)
                        .configServer(config)
                        .seed(settings.seed * 31 + sets.size())
                        .replicaSetId(core.ids.objectId());
        SimulatedReplicaSet started =
                settings.customization
                        .apply(settings.manualTicks ? builder.manualTicks() : builder)
                        .start();
        sets.add(started);
        return started;
    }

    /** Adds a new, empty shard; its id and its replica set's name are numbered. */
    public synchronized String addShard() {
        int number = core.shards().size();
        return membership.add(
                new Member(
                        "shard" + number,
                        set("rs" + number, settings.members, false),
                        core.gossip));
    }

    /**
     * Adds a shard that was removed once more, under its old id. As a server demands, it holds no
     * database of users any more: those are dropped on it first.
     */
    public synchronized void addShardAgain(String id) {
        Member shard = core.shards().get(id);
        if (shard == null || core.routing().shards().containsKey(id)) {
            throw ServerError.illegalOperation("Shard " + id + " was not removed");
        }
        shard.call(InProcessPrimary::collections).stream()
                .map(CollectionDescription::database)
                .filter(database -> !Set.of("admin", "config", "local").contains(database))
                .distinct()
                .forEach(
                        database ->
                                shard.run(
                                        database,
                                        new BsonDocument("dropDatabase", new BsonInt32(1))));
        membership.add(shard);
    }

    /** Runs a command on a shard, as a router that passes it on to that shard alone. */
    public BsonDocument runOn(String shard, String database, BsonDocument command) {
        return core.shard(shard).call(primary -> primary.run(database, command));
    }

    /**
     * One step of taking a shard out: the first marks it as draining, the next say what is left on
     * it, the last, when nothing is, removes it.
     */
    public synchronized BsonDocument removeShard(String id) {
        return membership.remove(id);
    }

    /** The first router. */
    public Router router() {
        return routers.get(0);
    }

    /**
     * A further router, which knows of the others' cluster times only through the sets it talks to.
     */
    public synchronized Router addRouter() {
        Router router = new Router(core, new Gossip(), this);
        router.start();
        routers.add(router);
        return router;
    }

    /** Connection string of the first router. */
    public String uri() {
        return router().uri();
    }

    public SimulatedReplicaSet config() {
        return core.config().set();
    }

    /** The shards' replica sets by shard id, removed ones among them. */
    public Map<String, SimulatedReplicaSet> shards() {
        Map<String, SimulatedReplicaSet> byId = new TreeMap<>();
        core.shards().forEach((id, shard) -> byId.put(id, shard.set()));
        return byId;
    }

    /** All replica sets by name: the config servers' and the shards'. */
    public Map<String, SimulatedReplicaSet> replicaSets() {
        Map<String, SimulatedReplicaSet> byName = new TreeMap<>();
        sets.forEach(set -> byName.put(set.name(), set));
        return byName;
    }

    public ServerVersion version() {
        return settings.version;
    }

    public ObjectId clusterId() {
        return core.clusterId;
    }

    public ClusterOracle oracle() {
        return core.oracle;
    }

    /** Present metadata. */
    public Routing routing() {
        return core.routing();
    }

    /** The greatest cluster time any replica set has reached. */
    public BsonTimestamp clusterTime() {
        BsonTimestamp latest = core.gossip.latest();
        for (SimulatedReplicaSet set : sets) {
            latest = Bson.later(latest, set.primary().clusterTime());
        }
        return latest;
    }

    /**
     * Begins to move the chunk that holds a shard key value; the move is carried on by its steps.
     *
     * @param key value as {@code ShardKey.extract} gives it, hashed fields hashed
     * @param to shard id
     */
    public Migration moveChunk(String namespace, BsonDocument key, String to) {
        core.requireNotResharded(namespace);
        Migration migration =
                new Migration(core, namespace, core.sharded(namespace).owning(key), to);
        core.migrations.add(migration);
        return migration;
    }

    /** Deletions of left-over ranges that are not done yet. */
    public List<RangeDeletion> rangeDeletions() {
        return List.copyOf(core.rangeDeletions);
    }

    /** Runs the range deletions whose delay is over. */
    public void runDueRangeDeletions() {
        core.rangeDeletions.stream()
                .filter(task -> task.dueMillis() <= core.clock.millis())
                .forEach(Stepwise::finish);
    }

    public Stepwise dropCollection(String namespace) {
        return ddl.dropCollection(namespace);
    }

    public Stepwise renameCollection(String from, String to, boolean dropTarget) {
        return ddl.renameCollection(from, to, dropTarget);
    }

    public Stepwise dropDatabase(String name) {
        return ddl.dropDatabase(name);
    }

    public MovePrimary movePrimary(String database, String to) {
        return ddl.movePrimary(database, to);
    }

    /** Begins to give a collection another shard key; from 5.0. */
    public Resharding reshardCollection(String namespace, BsonDocument pattern) {
        return ddl.reshardCollection(namespace, pattern);
    }

    public Stepwise refineShardKey(String namespace, BsonDocument pattern) {
        return ddl.refineShardKey(namespace, pattern);
    }

    /** Shards a collection; see the command of that name. */
    public void shardCollection(String namespace, BsonDocument pattern) {
        placement.shardCollection(namespace, pattern, false, 0);
    }

    public void createDatabase(String name, String primaryShard) {
        placement.create(name, primaryShard);
    }

    public void split(String namespace, BsonDocument at) {
        placement.split(namespace, at);
    }

    /** Cuts one chunk at several keys at once, as an automatic split does. */
    public void split(String namespace, List<BsonDocument> at) {
        placement.split(namespace, at);
    }

    /** Makes one chunk of the neighbours between two bounds, all of them on one shard. */
    public void mergeChunks(String namespace, BsonDocument min, BsonDocument max) {
        placement.merge(namespace, min, max);
    }

    /**
     * Writes a noop on every replica set, so that each has an entry of a cluster time no smaller
     * than the present.
     */
    public BsonTimestamp noopEverywhere() {
        BsonTimestamp now = clusterTime();
        core.gossip.seen(now);
        core.config().call(primary -> primary.periodicNoop());
        core.shardIds().forEach(id -> core.shard(id).call(primary -> primary.periodicNoop()));
        return now;
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            routers.forEach(Router::close);
            sets.forEach(SimulatedReplicaSet::close);
        }
    }
}
