package io.tidemark.embedded.mongo.sharding;

import io.tidemark.embedded.mongo.ServerVersion;
import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonTimestamp;
import org.bson.types.ObjectId;

/**
 * A sharded cluster in this JVM: shards {@code shard0…} that are the replica sets {@code rs0…},
 * config servers in the replica set {@code config}, and a router. All speak MongoDB's wire protocol
 * on the loopback interface, and all that moves between them is written as a real cluster writes
 * it. {@link #oracle()} knows the true documents at every cluster time.
 *
 * <p>It is a stand-in: no access control, no balancer of its own, no resharding, nothing that a
 * crash of a process in the middle of its work would need beyond what scripts of steps can show.
 */
public final class SimulatedCluster implements AutoCloseable {
    private final Builder settings;
    private final Core core;
    private final Ddl ddl;
    private final Placement placement;
    private final List<Router> routers = new ArrayList<>();
    private final List<SimulatedReplicaSet> sets = new ArrayList<>();
    private boolean closed;

    private SimulatedCluster(Builder settings) {
        this.settings = settings;
        this.core =
                new Core(
                        settings.version,
                        settings.clock,
                        settings.seed,
                        settings.orphanCleanupDelay);
        this.placement = new Placement(core);
        this.ddl = new Ddl(core);
    }

    public static Builder builder() {
        return new Builder();
    }

    private SimulatedCluster start() {
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
        Member shard =
                new Member(
                        "shard" + number, set("rs" + number, settings.members, false), core.gossip);
        BsonTimestamp from = core.gossip.latest();
        BsonDocument identity =
                new BsonDocument("_id", Bson.string("shardIdentity"))
                        .append("shardName", Bson.string(shard.id()))
                        .append("clusterId", new org.bson.BsonObjectId(core.clusterId))
                        .append("configsvrConnectionString", Bson.string(core.config().host()));
        shard.tell(
                primary ->
                        primary.insert(
                                "admin.system.version",
                                List.of(identity),
                                io.tidemark.embedded.mongo.WriteContext.plain()));
        core.addShard(shard);
        core.metadata().addShard(shard);
        core.changelog()
                .write(
                        core.config(),
                        "addShard",
                        "",
                        new BsonDocument("name", Bson.string(shard.id()))
                                .append("host", Bson.string(shard.host())));
        core.happened("addShard", shard.id(), from);
        return shard.id();
    }

    /**
     * One step of taking a shard out: the first marks it as draining, the next say what is left on
     * it, the last, when nothing is, removes it.
     */
    public synchronized BsonDocument removeShard(String id) {
        core.shard(id);
        Routing routing = core.routing();
        long chunks =
                routing.collections().values().stream()
                        .flatMap(collection -> collection.chunks().stream())
                        .filter(chunk -> chunk.shard().equals(id))
                        .count();
        long databases =
                routing.databases().values().stream()
                        .filter(database -> database.primary().equals(id))
                        .count();
        boolean draining =
                Contents.of(core.config(), "config.shards").stream()
                        .anyMatch(
                                shard ->
                                        shard.getString("_id").getValue().equals(id)
                                                && shard.containsKey("draining"));
        String state;
        if (!draining) {
            core.changelog()
                    .write(
                            core.config(),
                            "removeShard.start",
                            "",
                            new BsonDocument("shard", Bson.string(id)));
            core.metadata()
                    .update(
                            "config.shards",
                            Bson.id(id),
                            new BsonDocument(
                                    "$set", new BsonDocument("draining", BsonBoolean.TRUE)),
                            false);
            state = "started";
        } else if (chunks + databases > 0) {
            state = "ongoing";
        } else {
            core.metadata().removeShard(id);
            core.changelog()
                    .write(
                            core.config(),
                            "removeShard",
                            "",
                            new BsonDocument("shard", Bson.string(id)));
            core.oracle.happened(
                    new ClusterEvent(
                            "removeShard", id, core.gossip.latest(), core.gossip.latest()));
            state = "completed";
        }
        return new BsonDocument("msg", Bson.string("draining " + state))
                .append("state", Bson.string(state))
                .append("shard", Bson.string(id))
                .append(
                        "remaining",
                        new BsonDocument("chunks", new BsonInt64(chunks))
                                .append("dbs", new BsonInt64(databases)));
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

    /** How to set up a {@link SimulatedCluster}. */
    public static final class Builder {
        private ServerVersion version = ServerVersion.V5_0;
        private long seed = 1;
        private int shards = 3;
        private int members = 1;
        private int configMembers = 1;
        private Clock clock = Clock.systemUTC();
        private Duration noopInterval = Duration.ofSeconds(10);
        private Duration orphanCleanupDelay = Duration.ofMinutes(15);
        private long oplogMaxBytes = 1L << 30;
        private boolean manualTicks;
        private UnaryOperator<SimulatedReplicaSet.Builder> customization = UnaryOperator.identity();

        private Builder() {}

        public Builder version(ServerVersion value) {
            version = value;
            return this;
        }

        /** Makes the ids that the cluster itself gives out repeatable. */
        public Builder seed(long value) {
            seed = value;
            return this;
        }

        public Builder shards(int count) {
            shards = count;
            return this;
        }

        /** Members of each shard. */
        public Builder members(int count) {
            members = count;
            return this;
        }

        public Builder configMembers(int count) {
            configMembers = count;
            return this;
        }

        /** Wall clock of all sets; one that only moves by hand makes runs repeatable. */
        public Builder clock(Clock value) {
            clock = value;
            return this;
        }

        /** Quiet time after which a primary writes its noop; zero: never. */
        public Builder noopInterval(Duration value) {
            noopInterval = value;
            return this;
        }

        /** How long a donor keeps a range it has given away. */
        public Builder orphanCleanupDelay(Duration value) {
            orphanCleanupDelay = value;
            return this;
        }

        public Builder oplogMaxBytes(long value) {
            oplogMaxBytes = value;
            return this;
        }

        /** No background work in the sets: their {@code tick()} is called by the test. */
        public Builder manualTicks() {
            manualTicks = true;
            return this;
        }

        /** Further settings of every replica set. */
        public Builder eachSet(UnaryOperator<SimulatedReplicaSet.Builder> change) {
            customization = change;
            return this;
        }

        /** Starts all sets and the router; ports are open when this returns. */
        public SimulatedCluster start() {
            if (shards < 1) {
                throw new IllegalArgumentException(
                        "A cluster needs at least one shard, not " + shards);
            }
            return new SimulatedCluster(this).start();
        }
    }
}
