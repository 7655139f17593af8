package io.tidemark.capture.mongo;

import com.mongodb.MongoWriteException;
import com.mongodb.client.MongoCollection;
import io.tidemark.capture.operation.LockHolder;
import io.tidemark.capture.operation.LockName;
import io.tidemark.capture.operation.LockSighting;
import io.tidemark.capture.operation.Locks;
import io.tidemark.capture.operation.OperationId;
import io.tidemark.capture.operation.OperationKind;
import io.tidemark.schemas.model.ClusterTime;
import java.util.Locale;
import java.util.Optional;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonNull;
import org.bson.BsonString;
import org.bson.BsonTimestamp;
import org.bson.BsonValue;

/**
 * {@code admin.tidemarkLocks} of the config servers: one document per lock, whose name is its
 * {@code _id}, so the index that every collection has makes it one. A freed lock's document stays,
 * without an owner, and keeps the token.
 */
public final class MongoLocks implements Locks {
    static final String COLLECTION = "tidemarkLocks";
    private final ConfigServers servers;
    private ClusterTime lastBeat = ClusterTime.ZERO;

    public MongoLocks(ConfigServers servers) {
        this.servers = servers;
    }

    @Override
    public LockSighting look(LockName name) {
        return servers.call(
                "read lock " + name + " at",
                (primary, now) -> sighting(name, find(locks(primary), name), now));
    }

    @Override
    public Optional<LockSighting> take(LockSighting seen, LockClaim claim) {
        return servers.call(
                "take lock " + seen.name() + " at",
                (primary, now) -> {
                    BsonDocument ours = document(seen, claim, beatAt(now));
                    return isTaken(locks(primary), seen, ours)
                            ? Optional.of(sighting(seen.name(), ours, now))
                            : Optional.empty();
                });
    }

    @Override
    public boolean beat(LockName name, String owner, long token) {
        return servers.call(
                "renew lock " + name + " at",
                (primary, now) ->
                        locks(primary)
                                        .updateOne(
                                                held(name, owner, token),
                                                set("heartbeat", beatAt(now).toBson()))
                                        .getMatchedCount()
                                == 1);
    }

    @Override
    public void release(LockName name, String owner, long token) {
        servers.call(
                "free lock " + name + " at",
                (primary, now) ->
                        locks(primary)
                                .updateOne(held(name, owner, token), set("owner", BsonNull.VALUE)));
    }

    /** A sign of life that equals the one before would be none. */
    private synchronized ClusterTime beatAt(ClusterTime now) {
        lastBeat = ClusterTime.max(now, lastBeat.next());
        return lastBeat;
    }

    private static boolean isTaken(
            MongoCollection<BsonDocument> locks, LockSighting seen, BsonDocument ours) {
        if (seen.token() > 0) {
            BsonDocument asSeen =
                    id(seen.name())
                            .append("token", new BsonInt64(seen.token()))
                            .append("heartbeat", seen.heartbeat().toBson())
                            .append(
                                    "owner",
                                    seen.holder()
                                            .map(h -> (BsonValue) new BsonString(h.owner()))
                                            .orElse(BsonNull.VALUE));
            return locks.replaceOne(asSeen, ours).getMatchedCount() == 1;
        }
        try {
            locks.insertOne(ours);
            return true;
        } catch (MongoWriteException e) {
            if (e.getError().getCode() == ConfigServers.DUPLICATE_KEY) {
                return false;
            }
            throw e;
        }
    }

    private static BsonDocument document(LockSighting seen, LockClaim claim, ClusterTime now) {
        return id(seen.name())
                .append("owner", new BsonString(claim.owner()))
                .append("token", new BsonInt64(seen.nextToken()))
                .append("operation", new BsonString(claim.operation().text()))
                .append("kind", new BsonString(claim.kind().word()))
                .append("acquiredAt", now.toBson())
                .append("heartbeat", now.toBson());
    }

    private static LockSighting sighting(LockName name, BsonDocument found, ClusterTime now) {
        if (found == null) {
            return new LockSighting(name, Optional.empty(), 0, ClusterTime.ZERO, now);
        }
        Optional<LockHolder> holder =
                found.isString("owner") ? Optional.of(holder(found)) : Optional.empty();
        return new LockSighting(
                name,
                holder,
                found.getInt64("token").getValue(),
                time(found.getTimestamp("heartbeat")),
                now);
    }

    private static LockHolder holder(BsonDocument found) {
        return new LockHolder(
                new OperationId(found.getString("operation").getValue()),
                OperationKind.valueOf(found.getString("kind").getValue().toUpperCase(Locale.ROOT)),
                found.getString("owner").getValue(),
                time(found.getTimestamp("acquiredAt")));
    }

    private static BsonDocument find(MongoCollection<BsonDocument> locks, LockName name) {
        return locks.find(id(name)).first();
    }

    private static MongoCollection<BsonDocument> locks(MongoMember primary) {
        return ConfigServers.collection(primary, COLLECTION);
    }

    private static BsonDocument id(LockName name) {
        return new BsonDocument("_id", new BsonString(name.text()));
    }

    private static BsonDocument held(LockName name, String owner, long token) {
        return id(name).append("owner", new BsonString(owner))
                .append("token", new BsonInt64(token));
    }

    private static BsonDocument set(String field, BsonValue value) {
        return new BsonDocument("$set", new BsonDocument(field, value));
    }

    private static ClusterTime time(BsonTimestamp timestamp) {
        return ClusterTime.of(timestamp);
    }
}
