package io.tidemark.embedded.mongo.node;

import io.tidemark.embedded.mongo.CommandFailure;
import io.tidemark.embedded.mongo.ErrorCode;
import io.tidemark.embedded.mongo.ServerVersion;
import io.tidemark.embedded.mongo.oplog.EntryFields;
import io.tidemark.embedded.mongo.raw.RawBuilder;
import io.tidemark.embedded.mongo.store.ReadView;
import org.bson.BsonDocument;

/**
 * What a read concern lets a read see, after the waiting it asks for (MongoDB manual, "Read
 * Concern").
 *
 * @param level read concern level
 * @param waits whether the read waits for transactions prepared at or before its time
 * @param snapshotAt cluster time of a snapshot read, 0 otherwise
 */
record ReadPoint(ReadView view, String level, boolean waits, long snapshotAt) {
    static ReadPoint of(Request request) {
        BsonDocument concern = request.document("readConcern");
        String level =
                concern.containsKey("level") ? concern.getString("level").getValue() : "local";
        Engine engine = request.engine();
        long after = time(concern, "afterClusterTime");
        long at = time(concern, "atClusterTime");
        if (at != 0 && !level.equals("snapshot")) {
            throw new CommandFailure(
                    ErrorCode.InvalidOptions,
                    "readConcern level 'snapshot' is required when specifying atClusterTime");
        }
        return engine.locked(() -> resolve(request, level, after, at));
    }

    private static ReadPoint resolve(Request request, String level, long after, long at) {
        Engine engine = request.engine();
        boolean majority = level.equals("majority") || level.equals("linearizable");
        if (after != 0) {
            await(request, after, majority || level.equals("snapshot"));
        }
        long position = engine.replication.member(request.member()).applied;
        return switch (level) {
            case "local", "available" ->
                    new ReadPoint(ReadView.atPosition(position), level, after != 0, 0);
            case "majority" ->
                    new ReadPoint(
                            ReadView.atPosition(
                                    Math.min(position, engine.replication.commitPoint())),
                            level,
                            after != 0,
                            0);
            case "linearizable" -> {
                engine.requirePrimary(request.member());
                long noop = engine.log(Engine.noopMessage("linearizable read")).ts();
                await(request, noop, true);
                yield new ReadPoint(ReadView.atPosition(noop), level, true, 0);
            }
            case "snapshot" -> snapshot(request, at);
            default ->
                    throw new CommandFailure(
                            ErrorCode.FailedToParse, "'" + level + "' is not a read concern level");
        };
    }

    private static ReadPoint snapshot(Request request, long at) {
        Engine engine = request.engine();
        if (!engine.version().atLeast(ServerVersion.V5_0)) {
            throw new CommandFailure(
                    ErrorCode.InvalidOptions,
                    "read concern level snapshot is only valid in multi-statement transactions");
        }
        long time = at;
        if (time == 0) {
            time =
                    Math.min(
                            engine.replication.commitPoint(),
                            engine.replication.member(request.member()).applied);
        } else {
            await(request, time, true);
        }
        requireInHistory(engine, time);
        // What counts at this time may be applied later: the commit of a transaction prepared
        // before it, for which this read waits.
        return new ReadPoint(new ReadView(time, Long.MAX_VALUE), "snapshot", true, time);
    }

    private static void requireInHistory(Engine engine, long time) {
        long window = engine.parameters.number("minSnapshotHistoryWindowInSeconds");
        long oldestSeconds = (engine.lastApplied().ts() >>> 32) - window;
        if (!engine.settings.keepHistory() || (time >>> 32) < oldestSeconds) {
            throw new CommandFailure(
                    ErrorCode.SnapshotTooOld,
                    "Read timestamp "
                            + (time >>> 32)
                            + ":"
                            + (time & 0xffffffffL)
                            + " is older than the oldest available timestamp.");
        }
    }

    private static long time(BsonDocument concern, String field) {
        return concern.containsKey(field) ? concern.getTimestamp(field).getValue() : 0;
    }

    /** Waits until the member, or a majority, has reached a time; writes a noop if it is quiet. */
    private static void await(Request request, long time, boolean majority) {
        Engine engine = request.engine();
        if (Long.compareUnsigned(time, engine.clock.now()) > 0) {
            throw new CommandFailure(
                    ErrorCode.InvalidOptions,
                    "readConcern afterClusterTime value must not be greater than the current"
                            + " clusterTime. Requested clusterTime: "
                            + (time >>> 32)
                            + ":"
                            + (time & 0xffffffffL));
        }
        if (engine.lastApplied().ts() < time && engine.replication.hasPrimary()) {
            engine.log(
                    EntryFields.noop(
                            new RawBuilder()
                                    .int32("noop write for afterClusterTime read concern", 1)
                                    .toBytes()));
            engine.progress.signalAll();
        }
        while (reached(engine, request.member(), majority) < time) {
            request.requireTime();
            engine.awaitProgress(Math.min(request.remainingMillis(), 100));
        }
    }

    private static long reached(Engine engine, int member, boolean majority) {
        long position = engine.replication.member(member).applied;
        return majority ? Math.min(position, engine.replication.commitPoint()) : position;
    }
}
