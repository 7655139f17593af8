package io.tidemark.embedded.mongo.node;

import io.tidemark.embedded.mongo.CommandFailure;
import io.tidemark.embedded.mongo.ErrorCode;
import io.tidemark.embedded.mongo.oplog.EntryFields;
import io.tidemark.embedded.mongo.raw.BsonBytes;
import io.tidemark.embedded.mongo.raw.RawBuilder;
import io.tidemark.embedded.mongo.store.CollectionInfo;
import java.util.List;

/** Replica set status and configuration, notes in the oplog, sizes. */
final class ReplicaCommands {
    private final Node node;

    private ReplicaCommands(Node node) {
        this.node = node;
    }

    static List<Command> all(Node node) {
        ReplicaCommands commands = new ReplicaCommands(node);
        return List.of(
                Command.of("replSetGetStatus", commands::status, "initialSync")
                        .with(Command.Trait.ADMIN),
                Command.of("replSetGetConfig", commands::config, "commitmentStatus")
                        .with(Command.Trait.ADMIN),
                Command.of("replSetGetRBID", commands::rollbackId).with(Command.Trait.ADMIN),
                Command.of("replSetResizeOplog", commands::resize).with(Command.Trait.ADMIN),
                Command.of("appendOplogNote", commands::note, "data", "maxClusterTime")
                        .with(Command.Trait.WRITE, Command.Trait.ADMIN),
                Command.of("collStats", commands::collStats),
                Command.of("dbStats", commands::dbStats),
                ApplyOps.command());
    }

    private void status(Request request, RawBuilder reply) {
        Engine engine = node.engine();
        engine.lock.lock();
        try {
            Replication replication = engine.replication;
            long position = replication.member(request.member()).applied;
            long committed = Math.min(position, replication.commitPoint());
            reply.string("set", engine.settings.name());
            reply.date("date", engine.clock.wallMillis());
            reply.int32("myState", replication.isPrimary(request.member()) ? 1 : 2);
            reply.int64("term", engine.term());
            reply.int64("heartbeatIntervalMillis", 2000);
            reply.int32("majorityVoteCount", replication.votingMajority());
            reply.int32("writeMajorityCount", replication.votingMajority());
            reply.int32("votingMembersCount", replication.members().size());
            optimes(reply, engine, position, committed);
            reply.startArray("members");
            for (int i = 0; i < replication.members().size(); i++) {
                member(reply, engine, request.member(), i);
            }
            reply.end();
        } finally {
            engine.lock.unlock();
        }
    }

    private static void optimes(RawBuilder reply, Engine engine, long position, long committed) {
        reply.startDocument("optimes");
        HelloCommands.optime(reply, "lastCommittedOpTime", engine.oplog.atOrBefore(committed));
        reply.date("lastCommittedWallTime", (committed >>> 32) * 1000);
        HelloCommands.optime(
                reply, "readConcernMajorityOpTime", engine.oplog.atOrBefore(committed));
        HelloCommands.optime(reply, "appliedOpTime", engine.oplog.atOrBefore(position));
        HelloCommands.optime(reply, "durableOpTime", engine.oplog.atOrBefore(position));
        reply.date("lastAppliedWallTime", (position >>> 32) * 1000);
        reply.date("lastDurableWallTime", (position >>> 32) * 1000);
        reply.end();
    }

    private void member(RawBuilder reply, Engine engine, int asked, int member) {
        Replication replication = engine.replication;
        MemberPosition position = replication.member(member);
        boolean primary = replication.isPrimary(member);
        int state = position.down ? 8 : primary ? 1 : 2;
        String name =
                switch (state) {
                    case 8 -> "(not reachable/healthy)";
                    case 1 -> "PRIMARY";
                    default -> "SECONDARY";
                };
        reply.startDocument(Integer.toString(member));
        reply.int32("_id", position.config.id()).string("name", node.addresses().of(member));
        reply.float64("health", position.down ? 0 : 1).int32("state", state);
        reply.string("stateStr", name).int32("uptime", position.down ? 0 : 100);
        HelloCommands.optime(reply, "optime", engine.oplog.atOrBefore(position.applied));
        reply.date("optimeDate", (position.applied >>> 32) * 1000);
        reply.string(
                "syncSourceHost",
                primary || !replication.hasPrimary()
                        ? ""
                        : node.addresses().of(replication.primary()));
        reply.int32("configVersion", replication.configVersion());
        reply.int64("configTerm", engine.term());
        if (asked == member) {
            reply.bool("self", true);
        }
        reply.end();
    }

    private void config(Request request, RawBuilder reply) {
        Engine engine = node.engine();
        reply.startDocument("config").string("_id", engine.settings.name());
        reply.int32("version", engine.replication.configVersion());
        reply.int64("term", engine.term());
        reply.startArray("members");
        List<MemberPosition> members = engine.replication.members();
        for (int i = 0; i < members.size(); i++) {
            MemberConfig config = members.get(i).config;
            reply.startDocument(Integer.toString(i)).int32("_id", config.id());
            reply.string("host", node.addresses().of(i));
            reply.bool("arbiterOnly", false).bool("buildIndexes", true);
            reply.bool("hidden", config.hidden()).float64("priority", config.priority());
            reply.startDocument("tags");
            config.tags().forEach(reply::string);
            reply.end().int64("secondaryDelaySecs", 0).int32("votes", config.votes()).end();
        }
        reply.end();
        if (engine.settings.configServer()) {
            reply.bool("configsvr", true);
        }
        reply.int64("protocolVersion", 1).bool("writeConcernMajorityJournalDefault", true);
        reply.startDocument("settings").bool("chainingAllowed", true);
        reply.int32("heartbeatIntervalMillis", 2000).int32("heartbeatTimeoutSecs", 10);
        reply.int32("electionTimeoutMillis", 10000).int32("catchUpTimeoutMillis", -1);
        reply.objectId("replicaSetId", engine.settings.replicaSetId().toByteArray());
        reply.end().end();
    }

    private void rollbackId(Request request, RawBuilder reply) {
        int rollbacks = node.engine().replication.member(request.member()).rollbacks;
        reply.int32("rbid", 1 + rollbacks);
    }

    private void resize(Request request, RawBuilder reply) {
        double megabytes = request.body().getNumber("size").doubleValue();
        node.engine().oplog.resize((long) (megabytes * 1024 * 1024));
    }

    private void note(Request request, RawBuilder reply) {
        Engine engine = node.engine();
        byte[] data = BsonBytes.of(request.requiredDocument("data"));
        long most =
                request.body().containsKey("maxClusterTime")
                        ? request.body().getTimestamp("maxClusterTime").getValue()
                        : 0;
        DdlCommands.changing(
                request,
                () -> {
                    if (most != 0 && engine.lastApplied().ts() >= most) {
                        throw new CommandFailure(
                                ErrorCode.StaleClusterTime,
                                "Requested maxClusterTime is not after the last oplog entry");
                    }
                    return engine.log(EntryFields.noop(data));
                });
    }

    private void collStats(Request request, RawBuilder reply) {
        String namespace = request.namespace();
        Engine engine = node.engine();
        CollectionInfo info = engine.catalog.current().named(namespace);
        reply.string("ns", namespace);
        if (namespace.equals(OplogCursor.NAMESPACE)) {
            reply.int64("size", engine.oplog.sizeBytes()).int64("count", engine.oplog.count());
            reply.int64("storageSize", engine.oplog.sizeBytes()).bool("capped", true);
            reply.int64("maxSize", engine.oplog.maxBytes());
            return;
        }
        long count = info == null ? 0 : engine.data.of(info).count();
        long size = info == null ? 0 : engine.data.of(info).sizeBytes();
        reply.int64("size", size).int64("count", count).int64("storageSize", size);
        reply.float64("avgObjSize", count == 0 ? 0 : (double) size / count);
        reply.bool("capped", info != null && info.capped());
        reply.int32("nindexes", info == null ? 0 : info.indexes().size());
    }

    private void dbStats(Request request, RawBuilder reply) {
        Engine engine = node.engine();
        long objects = 0;
        long size = 0;
        int collections = 0;
        for (CollectionInfo info : engine.catalog.current().in(request.database())) {
            objects += engine.data.of(info).count();
            size += engine.data.of(info).sizeBytes();
            collections++;
        }
        reply.string("db", request.database()).int64("collections", collections);
        reply.int64("objects", objects).float64("dataSize", size).float64("storageSize", size);
    }
}
