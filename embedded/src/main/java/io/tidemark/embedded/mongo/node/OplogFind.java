package io.tidemark.embedded.mongo.node;

import io.tidemark.embedded.mongo.CommandFailure;
import io.tidemark.embedded.mongo.ErrorCode;
import io.tidemark.embedded.mongo.query.Projection;
import io.tidemark.embedded.mongo.raw.BsonBytes;
import java.util.ArrayList;
import java.util.List;
import org.bson.BsonDocument;

/** A {@code find} on {@code local.oplog.rs}. */
final class OplogFind {
    private OplogFind() {}

    static ServerCursor open(Request request) {
        ReadPoint point = ReadPoint.of(request);
        OplogRange range = OplogRange.of(request.document("filter"));
        BsonDocument given = request.document("projection");
        Projection projection = given.isEmpty() ? null : Projection.compile(given);
        long limit = Math.abs(request.number("limit", 0));
        boolean tailable = request.flag("tailable");
        if (isBackwards(request.document("sort"))) {
            if (tailable) {
                throw new CommandFailure(
                        ErrorCode.BadValue,
                        "error processing query: cannot use tailable option with a sort other than"
                                + " {$natural: 1}");
            }
            return backwards(request, range, projection, point, limit);
        }
        boolean majority = point.level().equals("majority") || point.level().equals("snapshot");
        return new OplogCursor(
                range,
                range.rest(),
                projection,
                tailable,
                tailable && request.flag("awaitData"),
                majority,
                limit);
    }

    private static boolean isBackwards(BsonDocument sort) {
        return !sort.isEmpty() && sort.get(sort.getFirstKey()).asNumber().intValue() < 0;
    }

    private static ServerCursor backwards(
            Request request, OplogRange range, Projection projection, ReadPoint point, long limit) {
        Engine engine = request.engine();
        MemberPosition member = engine.replication.member(request.member());
        // A backward scan ignores holes, but not what the member has: its own position ends it.
        long through = Math.min(range.through(), Math.min(point.view().applied(), member.applied));
        List<byte[]> found = new ArrayList<>();
        engine.oplog.newestFirst(
                through,
                Math.max(range.from(), member.oldest),
                entry -> {
                    if (range.rest() == null || range.rest().matches(BsonBytes.document(entry))) {
                        found.add(
                                projection == null
                                        ? entry
                                        : BsonBytes.of(
                                                projection.apply(BsonBytes.document(entry))));
                    }
                    return limit == 0 || found.size() < limit;
                });
        return new ListCursor(OplogCursor.NAMESPACE, found);
    }
}
