package io.tidemark.embedded.mongo.node;

import io.tidemark.embedded.mongo.CommandFailure;
import io.tidemark.embedded.mongo.ErrorCode;
import io.tidemark.embedded.mongo.ServerVersion;
import io.tidemark.embedded.mongo.raw.RawBuilder;
import java.util.concurrent.TimeUnit;
import org.bson.BsonDocument;
import org.bson.BsonValue;

/** Waits for as many members as a write concern names. */
final class WriteConcern {
    private WriteConcern() {}

    static void await(Request request, RawBuilder reply) {
        BsonDocument concern = request.document("writeConcern");
        BsonValue w = concern.get("w");
        Engine engine = request.engine();
        boolean defaultMajority = w == null && engine.version().atLeast(ServerVersion.V5_0);
        if (w == null && !defaultMajority) {
            return;
        }
        long until = engine.lastApplied().ts();
        long millis =
                concern.containsKey("wtimeout") ? concern.getNumber("wtimeout").longValue() : 0;
        int members = engine.replication.members().size();
        if (w != null && w.isNumber() && w.asNumber().intValue() > members) {
            error(reply, ErrorCode.UnsatisfiableWriteConcern, "Not enough data-bearing nodes");
            return;
        }
        if (!wait(engine, w, until, millis, request)) {
            error(reply, ErrorCode.WriteConcernFailed, "waiting for replication timed out");
        }
    }

    private static boolean wait(
            Engine engine, BsonValue w, long until, long timeoutMillis, Request request) {
        long deadline =
                timeoutMillis == 0
                        ? request.deadlineNanos()
                        : System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
        engine.lock.lock();
        try {
            while (!satisfied(engine, w, until)) {
                long left =
                        deadline == Long.MAX_VALUE ? Long.MAX_VALUE : deadline - System.nanoTime();
                if (left <= 0) {
                    return false;
                }
                if (!engine.replication.isPrimary(request.member())) {
                    throw new CommandFailure(
                            ErrorCode.InterruptedDueToReplStateChange,
                            "operation was interrupted because the node stepped down");
                }
                engine.awaitProgress(Math.min(TimeUnit.NANOSECONDS.toMillis(left) + 1, 200));
            }
            return true;
        } finally {
            engine.lock.unlock();
        }
    }

    private static boolean satisfied(Engine engine, BsonValue w, long until) {
        if (w == null || w.isString()) {
            return engine.replication.commitPoint() >= until;
        }
        int wanted = w.asNumber().intValue();
        return wanted <= 1 || engine.replication.holders(until) >= wanted;
    }

    private static void error(RawBuilder reply, ErrorCode code, String message) {
        reply.startDocument("writeConcernError");
        reply.int32("code", code.code()).string("codeName", code.codeName());
        reply.string("errmsg", message);
        reply.startDocument("errInfo").bool("wtimeout", code == ErrorCode.WriteConcernFailed);
        reply.end().end();
    }
}
