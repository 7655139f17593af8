package io.tidemark.capture.mongo;

import com.mongodb.MongoException;
import com.mongodb.ReadConcern;
import com.mongodb.ReadPreference;
import com.mongodb.WriteConcern;
import com.mongodb.client.MongoCollection;
import io.tidemark.capture.shards.SourceSet;
import io.tidemark.capture.tail.SourceUnavailableException;
import io.tidemark.schemas.model.ClusterTime;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.bson.BsonDocument;

/**
 * The primary of the config servers, or of a replica set without a cluster: where agents share what
 * they must agree on. Found anew after a failure. Safe for use by several threads.
 */
public final class ConfigServers implements AutoCloseable {
    static final int DUPLICATE_KEY = 11000;
    private static final long WRITE_SECONDS = 5;
    private static final String PRIVILEGE =
            "role readWrite on the database admin of the config servers (collections tidemarkLocks,"
                    + " tidemarkOperations)";
    private final MongoAccess access;
    private final Supplier<Optional<SourceSet>> set;
    private final Supplier<ClusterTime> elsewhere;
    private Primary primary;

    /**
     * Of the calls under way each may find out that it is no primary any more; its connections are
     * closed when the last of them has ended. A client that is closed under a call would throw what
     * is no error of the server's.
     */
    private static final class Primary {
        private final MongoMember member;
        private int calls;
        private boolean forgotten;

        Primary(MongoMember member) {
            this.member = member;
        }
    }

    /**
     * @param set the replica set, as soon as it is known
     */
    public ConfigServers(MongoAccess access, Supplier<Optional<SourceSet>> set) {
        this(
                access,
                set,
                () -> {
                    throw new SourceUnavailableException(
                            "The config servers tell no cluster time: a server outside of any"
                                    + " replica set can't hold locks");
                });
    }

    /**
     * @param elsewhere cluster time for servers that have none
     */
    public ConfigServers(
            MongoAccess access,
            Supplier<Optional<SourceSet>> set,
            Supplier<ClusterTime> elsewhere) {
        this.access = access;
        this.set = set;
        this.elsewhere = elsewhere;
    }

    /** What is done at the primary. */
    interface Call<T> {
        /**
         * @param now the primary's cluster time just before
         */
        T run(MongoMember primary, ClusterTime now);
    }

    /**
     * @param doing for messages: "take lock x at"
     */
    <T> T call(String doing, Call<T> call) {
        Primary taken = take();
        MongoMember member = taken.member;
        try {
            Hello hello = member.hello();
            if (!hello.isPrimary()) {
                throw new SourceUnavailableException(
                        "Can't " + doing + " " + member.address() + ": it is not primary any more");
            }
            return call.run(member, clusterTime(hello));
        } catch (MongoException e) {
            forget(taken);
            throw MongoErrors.translate(doing + " " + member.address(), PRIVILEGE, e);
        } catch (SourceUnavailableException e) {
            forget(taken);
            throw e;
        } finally {
            giveBack(taken);
        }
    }

    /** Majority in and out. */
    static MongoCollection<BsonDocument> collection(MongoMember member, String name) {
        return member.client()
                .getDatabase("admin")
                .getCollection(name, BsonDocument.class)
                .withReadPreference(ReadPreference.primaryPreferred())
                .withReadConcern(ReadConcern.MAJORITY)
                .withWriteConcern(
                        WriteConcern.MAJORITY.withWTimeout(WRITE_SECONDS, TimeUnit.SECONDS));
    }

    @Override
    public synchronized void close() {
        if (primary != null) {
            forget(primary);
        }
    }

    private synchronized Primary take() {
        if (primary == null) {
            primary = new Primary(find());
        }
        primary.calls++;
        return primary;
    }

    private synchronized void giveBack(Primary taken) {
        taken.calls--;
        closeUnused(taken);
    }

    private synchronized void forget(Primary taken) {
        taken.forgotten = true;
        if (primary == taken) {
            primary = null;
        }
        closeUnused(taken);
    }

    private static void closeUnused(Primary taken) {
        if (taken.forgotten && taken.calls == 0) {
            taken.member.close();
        }
    }

    private MongoMember find() {
        SourceSet servers =
                set.get()
                        .orElseThrow(
                                () ->
                                        new SourceUnavailableException(
                                                "The config servers are not known yet"));
        for (String address : servers.seeds()) {
            MongoMember member = new MongoMember(address, access.direct(address));
            boolean kept = false;
            try {
                kept = member.hello().isPrimary();
                if (kept) {
                    return member;
                }
            } catch (SourceUnavailableException e) {
                continue; // another seed may be the primary
            } finally {
                if (!kept) {
                    member.close();
                }
            }
        }
        throw new SourceUnavailableException(
                "None of %s is primary of %s now".formatted(servers.seeds(), servers.replicaSet()));
    }

    private ClusterTime clusterTime(Hello hello) {
        BsonDocument reply = hello.reply();
        BsonDocument gossip = reply.getDocument("$clusterTime", new BsonDocument());
        if (gossip.isTimestamp("clusterTime")) {
            return ClusterTime.of(gossip.getTimestamp("clusterTime"));
        }
        return reply.isTimestamp("operationTime")
                ? ClusterTime.of(reply.getTimestamp("operationTime"))
                : elsewhere.get();
    }
}
