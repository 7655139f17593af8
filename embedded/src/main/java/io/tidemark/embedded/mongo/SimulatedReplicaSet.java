package io.tidemark.embedded.mongo;

import io.tidemark.embedded.mongo.node.Elections;
import io.tidemark.embedded.mongo.node.Engine;
import io.tidemark.embedded.mongo.node.LocalPrimary;
import io.tidemark.embedded.mongo.node.MemberAddresses;
import io.tidemark.embedded.mongo.node.MemberConfig;
import io.tidemark.embedded.mongo.node.Members;
import io.tidemark.embedded.mongo.node.Node;
import io.tidemark.embedded.mongo.node.NodeSettings;
import io.tidemark.embedded.mongo.node.Upkeep;
import io.tidemark.embedded.mongo.oracle.Oracle;
import io.tidemark.embedded.mongo.wire.WireServer;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.bson.BsonDocument;
import org.bson.BsonTimestamp;
import org.bson.BsonValue;
import org.bson.RawBsonDocument;
import org.bson.types.ObjectId;

/**
 * A replica set that speaks MongoDB's wire protocol on the loopback interface. It keeps data in
 * memory, writes a real oplog, refuses what a server refuses, and notes the true state at every
 * cluster time in its {@link #oracle()}.
 *
 * <p>It is a stand-in for tests and the demo: no storage engine, no access control, no network
 * between members.
 */
public final class SimulatedReplicaSet implements AutoCloseable {
    private final NodeSettings settings;
    private final Engine engine;
    private final Node node;
    private final LocalPrimary primary;
    private final Upkeep upkeep;
    private final Members control;
    private final Elections elections;
    private final List<SimulatedMember> members = new ArrayList<>();
    private final boolean background;
    private boolean closed;

    private SimulatedReplicaSet(NodeSettings settings, boolean background) {
        this.settings = settings;
        this.background = background;
        this.engine = new Engine(settings);
        this.node = new Node(engine);
        this.primary = new LocalPrimary(node);
        this.control = new Members(node);
        this.elections = new Elections(node);
        this.upkeep = new Upkeep(node);
    }

    public static Builder builder(String name) {
        return new Builder(name);
    }

    private SimulatedReplicaSet start() {
        for (int i = 0; i < settings.members().size(); i++) {
            SimulatedMember member = new SimulatedMember(i, new WireServer(node, i), control);
            members.add(member);
        }
        engine.initiate();
        members.forEach(member -> member.server().start());
        node.addresses(
                new MemberAddresses(members.stream().map(SimulatedMember::address).toList()));
        if (background) {
            upkeep.start();
        }
        return this;
    }

    public String name() {
        return settings.name();
    }

    public ServerVersion version() {
        return settings.version();
    }

    /** {@code settings.replicaSetId} of the set's configuration. */
    public ObjectId replicaSetId() {
        return settings.replicaSetId();
    }

    /** Connection string with all members and the set's name. */
    public String uri() {
        return members.stream()
                .map(SimulatedMember::address)
                .collect(Collectors.joining(",", "mongodb://", "/?replicaSet=" + settings.name()));
    }

    /** {@code name/host:port,host:port}, as {@code config.shards} names a shard. */
    public String connectionString() {
        return members.stream()
                .map(SimulatedMember::address)
                .collect(Collectors.joining(",", settings.name() + "/", ""));
    }

    public List<SimulatedMember> members() {
        return List.copyOf(members);
    }

    public SimulatedMember member(int index) {
        return members.get(index);
    }

    /** The primary called in process. */
    public InProcessPrimary primary() {
        return primary;
    }

    /** Has someone told of every change of a document from now on. */
    public void observe(ChangeObserver observer) {
        engine.observe(observer);
    }

    /** The true state at every cluster time. */
    public Oracle oracle() {
        return engine.oracle();
    }

    /**
     * Does what a server does in the background once: periodic noop if due, entries on their way to
     * lagging members, expiry of documents. Runs by itself unless the builder said otherwise.
     */
    public void tick() {
        upkeep.tick();
    }

    /**
     * Makes a member primary in a new term. Entries it does not have are rolled back: they vanish
     * from the log, from the data and from the oracle, and whoever had them loses his connections.
     *
     * @throws IllegalStateException if a majority would not vote for it
     */
    public void elect(SimulatedMember member) {
        elections.elect(member.index()).forEach(index -> members.get(index).cutConnections());
    }

    /** The primary steps down; nobody is primary until {@link #elect}. */
    public void stepDown() {
        elections.stepDown();
    }

    /** The member that is primary now; empty between a step-down and an election. */
    public Optional<SimulatedMember> primaryMember() {
        return members.stream().filter(SimulatedMember::isPrimary).findFirst();
    }

    /** The present election term. */
    public long term() {
        return control.term();
    }

    /** The whole log as it stands on the primary. */
    public List<RawBsonDocument> oplog() {
        return control.oplog();
    }

    /** Drops the oldest entries, as the capped log does when it grows. */
    public void truncateOplogBefore(BsonTimestamp time) {
        control.truncateOplogBefore(time);
    }

    /** Sets a server parameter, as {@code setParameter} does. */
    public void setParameter(String name, BsonValue value) {
        control.setParameter(name, value);
    }

    /**
     * Lets someone else answer a command on every member, such as a coordinator of transactions.
     *
     * @param answer gets the command's body, gives the reply without {@code ok}; may throw {@link
     *     CommandFailure}
     */
    public void onCommand(String name, UnaryOperator<BsonDocument> answer) {
        node.onCommand(name, answer);
    }

    /**
     * Appends an entry that changes no data: kinds this node never writes by itself, such as {@code
     * dbCheck}, {@code importCollection}, or ones of servers to come.
     *
     * @param op any kind of operation
     */
    public BsonTimestamp append(
            String op, String ns, Optional<UUID> uuid, BsonDocument o, Optional<BsonDocument> o2) {
        return control.append(op, ns, uuid, o, o2);
    }

    /** One pass of the TTL monitor; returns how many documents expired. */
    public int expireDocuments() {
        return control.expireDocuments();
    }

    /** One member's process dies. */
    public void kill(int member) {
        members.get(member).kill();
    }

    /** All processes die at once; data stay. */
    public void killAll() {
        members.forEach(SimulatedMember::kill);
    }

    /** All processes come back on their ports; the former primary is primary again. */
    public void restartAll() {
        members.forEach(SimulatedMember::restart);
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        upkeep.close();
        members.forEach(member -> member.server().close());
    }

    /** How to set up a {@link SimulatedReplicaSet}. */
    public static final class Builder {
        private final String name;
        private ServerVersion version = ServerVersion.V5_0;
        private List<MemberConfig> members = List.of(MemberConfig.plain(0));
        private Clock wall = Clock.systemUTC();
        private long oplogMaxBytes = 1L << 30;
        private boolean keepHistory = true;
        private boolean keepOracle = true;
        private boolean configServer;
        private boolean background = true;
        private Duration noopInterval = Duration.ofSeconds(10);
        private ObjectId replicaSetId = new ObjectId();
        private OptionalLong seed = OptionalLong.empty();

        private Builder(String name) {
            this.name = name;
        }

        public Builder version(ServerVersion value) {
            version = value;
            return this;
        }

        /** A number of equal members; the first starts as primary. */
        public Builder members(int count) {
            List<MemberConfig> plain = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                plain.add(MemberConfig.plain(i));
            }
            members = plain;
            return this;
        }

        /** Adds a hidden member of priority 0. */
        public Builder hiddenMember(Map<String, String> tags) {
            List<MemberConfig> more = new ArrayList<>(members);
            more.add(new MemberConfig(more.size(), true, 0, 1, tags));
            members = more;
            return this;
        }

        /** Wall clock; a stopped one makes runs repeatable. */
        public Builder clock(Clock value) {
            wall = value;
            return this;
        }

        public Builder oplogMaxBytes(long value) {
            oplogMaxBytes = value;
            return this;
        }

        /** Keeps only the newest versions and no oracle: for benchmarks with millions of writes. */
        public Builder newestOnly() {
            keepHistory = false;
            keepOracle = false;
            return this;
        }

        public Builder configServer(boolean value) {
            configServer = value;
            return this;
        }

        /** No background thread: noops, lag and expiry happen in {@link #tick()} only. */
        public Builder manualTicks() {
            background = false;
            return this;
        }

        /** Quiet time after which the primary writes its periodic noop; zero: never. */
        public Builder noopInterval(Duration value) {
            noopInterval = value;
            return this;
        }

        /** Makes the ids that the set itself gives out repeatable, under a clock moved by hand. */
        public Builder seed(long value) {
            seed = OptionalLong.of(value);
            return this;
        }

        public Builder replicaSetId(ObjectId value) {
            replicaSetId = value;
            return this;
        }

        /** Adds a member as configured; its id must be its place. */
        public Builder member(MemberConfig config) {
            if (config.id() != members.size()) {
                throw new IllegalArgumentException(
                        "Member " + config.id() + " would stand at place " + members.size());
            }
            List<MemberConfig> more = new ArrayList<>(members);
            more.add(config);
            members = more;
            return this;
        }

        /** Starts the set; its first members' ports are open when this returns. */
        public SimulatedReplicaSet start() {
            NodeSettings settings =
                    new NodeSettings(
                            name,
                            version,
                            members,
                            wall,
                            oplogMaxBytes,
                            keepHistory,
                            keepOracle,
                            noopInterval,
                            configServer,
                            replicaSetId);
            SimulatedReplicaSet set = new SimulatedReplicaSet(settings, background);
            seed.ifPresent(value -> set.engine.idsFrom(new IdSource(value, wall)));
            return set.start();
        }
    }
}
