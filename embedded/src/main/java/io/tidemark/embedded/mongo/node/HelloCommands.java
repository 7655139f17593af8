package io.tidemark.embedded.mongo.node;

import io.tidemark.embedded.mongo.oplog.Optime;
import io.tidemark.embedded.mongo.raw.RawBuilder;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.bson.BsonDocument;

/** How clients find out what a member is (MongoDB manual, "hello"). */
final class HelloCommands {
    private final Node node;

    private HelloCommands(Node node) {
        this.node = node;
    }

    static List<Command> all(Node node) {
        HelloCommands commands = new HelloCommands(node);
        Command hello = Command.of("hello", commands::hello);
        return List.of(hello, hello.named("isMaster"), hello.named("ismaster"));
    }

    private void hello(Request request, RawBuilder reply) {
        awaitChange(request);
        Engine engine = node.engine();
        int member = request.member();
        MemberConfig config = engine.replication.member(member).config;
        boolean primary = engine.replication.isPrimary(member);
        reply.bool("helloOk", true);
        topologyVersion(node, reply);
        hosts(reply);
        reply.string("setName", engine.settings.name());
        if (engine.settings.configServer()) {
            reply.int32("configsvr", 2);
        }
        reply.int32("setVersion", engine.replication.configVersion());
        reply.bool(request.name().equals("hello") ? "isWritablePrimary" : "ismaster", primary);
        reply.bool("secondary", !primary);
        if (engine.replication.hasPrimary()) {
            reply.string("primary", node.addresses().of(engine.replication.primary()));
        }
        if (config.hidden()) {
            reply.bool("hidden", true).bool("passive", true);
        } else if (config.priority() == 0) {
            reply.bool("passive", true);
        }
        tags(reply, config);
        reply.string("me", node.addresses().of(member));
        if (primary) {
            reply.objectId("electionId", electionId(engine.term()));
        }
        lastWrite(engine, member, reply);
        reply.int32("maxBsonObjectSize", 16 * 1024 * 1024);
        reply.int32("maxMessageSizeBytes", 48_000_000).int32("maxWriteBatchSize", 100_000);
        reply.date("localTime", engine.clock.wallMillis());
        reply.int32("logicalSessionTimeoutMinutes", 30);
        reply.int32("connectionId", request.connection().id());
        reply.int32("minWireVersion", 0);
        reply.int32("maxWireVersion", engine.version().maxWireVersion());
        reply.bool("readOnly", false);
    }

    static void topologyVersion(Node node, RawBuilder reply) {
        reply.startDocument("topologyVersion");
        reply.objectId("processId", node.processId.toByteArray());
        reply.int64("counter", node.engine().replication.topologyCounter()).end();
    }

    /** An awaitable hello is answered when the topology changes or its time is over. */
    private void awaitChange(Request request) {
        BsonDocument known = request.document("topologyVersion");
        long maxMillis = request.number("maxAwaitTimeMS", 0);
        if (known.isEmpty() || maxMillis <= 0) {
            return;
        }
        Engine engine = node.engine();
        long counter = known.getNumber("counter").longValue();
        boolean sameProcess = known.get("processId").asObjectId().getValue().equals(node.processId);
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(maxMillis);
        engine.lock.lock();
        try {
            while (sameProcess && counter == engine.replication.topologyCounter()) {
                long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                if (left <= 0) {
                    return;
                }
                engine.awaitTopology(left);
            }
        } finally {
            engine.lock.unlock();
        }
    }

    private void hosts(RawBuilder reply) {
        list(reply, "hosts", false);
        list(reply, "passives", true);
    }

    private void list(RawBuilder reply, String field, boolean passive) {
        List<MemberPosition> members = node.engine().replication.members();
        List<String> found = new ArrayList<>();
        for (int i = 0; i < members.size(); i++) {
            MemberConfig config = members.get(i).config;
            if (!config.hidden() && (config.priority() == 0) == passive) {
                found.add(node.addresses().of(i));
            }
        }
        if (passive && found.isEmpty()) {
            return;
        }
        reply.startArray(field);
        for (int i = 0; i < found.size(); i++) {
            reply.string(Integer.toString(i), found.get(i));
        }
        reply.end();
    }

    private static void tags(RawBuilder reply, MemberConfig config) {
        if (!config.tags().isEmpty()) {
            reply.startDocument("tags");
            config.tags().forEach(reply::string);
            reply.end();
        }
    }

    private static byte[] electionId(long term) {
        return ByteBuffer.allocate(12).putInt(0x7fffffff).putLong(term).array();
    }

    private static void lastWrite(Engine engine, int member, RawBuilder reply) {
        long position = engine.replication.member(member).applied;
        long committed = Math.min(position, engine.replication.commitPoint());
        reply.startDocument("lastWrite");
        optime(reply, "opTime", engine.oplog.atOrBefore(position));
        reply.date("lastWriteDate", (position >>> 32) * 1000);
        optime(reply, "majorityOpTime", engine.oplog.atOrBefore(committed));
        reply.date("majorityWriteDate", (committed >>> 32) * 1000).end();
    }

    static void optime(RawBuilder reply, String field, Optime optime) {
        reply.startDocument(field).timestamp("ts", optime.ts()).int64("t", optime.term()).end();
    }
}
