package io.tidemark.embedded.mongo;

import io.tidemark.embedded.mongo.node.Members;
import io.tidemark.embedded.mongo.wire.Faults;
import io.tidemark.embedded.mongo.wire.WireServer;
import java.time.Duration;
import org.bson.BsonDocument;
import org.bson.BsonTimestamp;

/** One member of a {@link SimulatedReplicaSet}: its port, its place in replication, its faults. */
public final class SimulatedMember {
    private final int index;
    private final WireServer server;
    private final Members members;

    SimulatedMember(int index, WireServer server, Members members) {
        this.index = index;
        this.server = server;
        this.members = members;
    }

    /** 0-based; {@code _id} in the replica set configuration. */
    public int index() {
        return index;
    }

    public int port() {
        return server.port();
    }

    /** {@code 127.0.0.1:port}. */
    public String address() {
        return "127.0.0.1:" + server.port();
    }

    /** Connection string to this member alone. */
    public String directUri() {
        return "mongodb://" + address() + "/?directConnection=true";
    }

    public Faults faults() {
        return server.faults();
    }

    public boolean isPrimary() {
        return members.isPrimary(index);
    }

    /** Whether its priority lets it become primary. */
    public boolean isElectable() {
        return members.isElectable(index);
    }

    /** Cluster time of the newest entry this member has. */
    public BsonTimestamp position() {
        return members.position(index);
    }

    /** Stops taking entries; what it has stays readable. */
    public void pauseReplication() {
        members.pause(index);
    }

    /** Takes everything it missed and goes on. */
    public void resumeReplication() {
        members.resume(index);
    }

    /** While paused: takes entries up to and including a cluster time. */
    public void catchUpTo(BsonTimestamp time) {
        members.catchUpTo(index, time);
    }

    /** Takes each entry only this long after it was written; zero: at once. */
    public void lag(Duration lag) {
        members.lag(index, lag);
    }

    /** Runs a command on this member as an in-process client; errors are replies. */
    public BsonDocument run(String database, BsonDocument command) {
        return members.node().run(index, database, command);
    }

    /** The process dies: its port refuses connections, the others go on without it. */
    public void kill() {
        server.stop();
        members.down(index);
    }

    /** The process comes back on the same port and catches up. */
    public void restart() {
        members.up(index);
        server.start();
    }

    /**
     * The process is stopped as by SIGSTOP: its connections stay open and give no answer, it takes
     * no entries. Nobody is elected in its place unless the test does so.
     */
    public void freeze() {
        server.faults().freeze();
        if (!isPrimary()) {
            pauseReplication();
        }
    }

    /** The stopped process goes on, as by SIGCONT. */
    public void thaw() {
        if (!isPrimary()) {
            resumeReplication();
        }
        server.faults().thaw();
    }

    /** Cuts its connections; it keeps running. */
    public void cutConnections() {
        server.cutConnections();
    }

    /**
     * Rebuilds its data from another member (an initial sync): its oplog then begins with the
     * newest entry, and its cursors are gone.
     */
    public void resync() {
        members.resync(index);
        server.cutConnections();
    }

    WireServer server() {
        return server;
    }
}
