package io.tidemark.capture.mongo;

import com.mongodb.ClientSessionOptions;
import com.mongodb.MongoException;
import com.mongodb.ReadPreference;
import com.mongodb.client.ClientSession;
import io.tidemark.capture.shards.SourceSet;
import io.tidemark.capture.tail.SourceUnavailableException;
import io.tidemark.schemas.model.ClusterTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;

/**
 * Moves every replica set's oplog past one cluster time, by a note in each (command {@code
 * appendOplogNote}). The only thing of capture that writes to the source; it does so when asked to,
 * never by itself.
 */
public final class OplogNotes implements AutoCloseable {
    private static final String PRIVILEGE =
            "the action appendOplogNote on the cluster (role backup has it)";
    private final MongoAccess access;

    public OplogNotes(MongoAccess access) {
        this.access = access;
    }

    /**
     * First every set is asked how far its clock is, then the furthest time is told to all with the
     * note: so every note lies behind every write that was acknowledged before.
     *
     * @return the least of the notes' times
     * @throws SourceUnavailableException if a primary does not answer, or nothing was given
     */
    public ClusterTime freshCut(Collection<SourceSet> sets) {
        List<MongoMember> primaries = new ArrayList<>();
        try {
            for (SourceSet set : sets) {
                primaries.add(primary(set));
            }
            BsonDocument furthest = furthestClusterTime(primaries);
            return primaries.stream()
                    .map(primary -> note(primary, furthest))
                    .min(ClusterTime::compareTo)
                    .orElseThrow(
                            () ->
                                    new SourceUnavailableException(
                                            "The replica sets are not known yet"));
        } finally {
            primaries.forEach(MongoMember::close);
        }
    }

    @Override
    public void close() {
        // Connections live as long as one cut.
    }

    private MongoMember primary(SourceSet set) {
        for (String address : set.seeds()) {
            MongoMember member = new MongoMember(address, access.direct(address));
            boolean kept = false;
            try {
                kept = member.hello().isPrimary();
                if (kept) {
                    return member;
                }
            } catch (SourceUnavailableException e) {
                // The next seed may be the primary.
                continue;
            } finally {
                if (!kept) {
                    member.close();
                }
            }
        }
        throw new SourceUnavailableException(
                "None of " + set.seeds() + " is primary of " + set.replicaSet() + " now");
    }

    private static BsonDocument furthestClusterTime(List<MongoMember> primaries) {
        BsonDocument furthest = new BsonDocument();
        for (MongoMember primary : primaries) {
            BsonDocument time =
                    primary.hello().reply().getDocument("$clusterTime", new BsonDocument());
            if (time.isTimestamp("clusterTime")
                    && (furthest.isEmpty()
                            || time.getTimestamp("clusterTime")
                                            .compareTo(furthest.getTimestamp("clusterTime"))
                                    > 0)) {
                furthest = time;
            }
        }
        return furthest;
    }

    private static ClusterTime note(MongoMember primary, BsonDocument furthest) {
        ClientSessionOptions options =
                ClientSessionOptions.builder().causallyConsistent(false).build();
        try (ClientSession session = primary.client().startSession(options)) {
            if (!furthest.isEmpty()) {
                session.advanceClusterTime(furthest);
            }
            BsonDocument reply =
                    primary.client()
                            .getDatabase("admin")
                            .runCommand(
                                    session,
                                    command(),
                                    ReadPreference.primary(),
                                    BsonDocument.class);
            return ClusterTime.of(reply.getTimestamp("operationTime"));
        } catch (MongoException e) {
            throw primary.translate("append a note to the oplog of", PRIVILEGE, e);
        }
    }

    private static BsonDocument command() {
        return new BsonDocument("appendOplogNote", new BsonInt32(1))
                .append("data", new BsonDocument("msg", new BsonString("tidemark fresh cut")))
                .append("writeConcern", new BsonDocument("w", new BsonString("majority")));
    }
}
