package io.tidemark.capture.mongo;

import com.mongodb.MongoCommandException;
import com.mongodb.MongoException;
import com.mongodb.MongoWriteException;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.FindOneAndUpdateOptions;
import com.mongodb.client.model.ReplaceOptions;
import com.mongodb.client.model.ReturnDocument;
import io.tidemark.capture.operation.Candidate;
import io.tidemark.capture.operation.FencedException;
import io.tidemark.capture.operation.OperationId;
import io.tidemark.capture.operation.OperationPhase;
import io.tidemark.capture.operation.OperationState;
import io.tidemark.capture.operation.OperationStates;
import io.tidemark.capture.operation.ShareState;
import io.tidemark.capture.operation.ShareState.Amount;
import io.tidemark.schemas.model.ReplicaSet;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonString;

/**
 * {@code admin.tidemarkOperations} of the config servers. A document names the token of whoever
 * wrote it last, and is replaced only by the same or a later one.
 */
public final class MongoOperationStates implements OperationStates {
    static final String COLLECTION = "tidemarkOperations";

    /** Not one of its parts. */
    private static final BsonDocument IS_OPERATION =
            new BsonDocument("issuedMillis", new BsonDocument("$exists", BsonBoolean.TRUE));

    private static final BsonDocument KNOWN_OF_OLD =
            new BsonDocument("issuedMillis", new BsonInt32(1)).append("phase", new BsonInt32(1));

    private final ConfigServers servers;

    public MongoOperationStates(ConfigServers servers) {
        this.servers = servers;
    }

    @Override
    public Optional<OperationState> find(OperationId id) {
        return document(OperationDocuments.id(id)).map(OperationDocuments::operation);
    }

    @Override
    public boolean create(OperationState state) {
        return insert(OperationDocuments.of(state));
    }

    @Override
    public void save(OperationState state) {
        replace(OperationDocuments.of(state), state.token(), "the lead of " + state.id());
    }

    @Override
    public Map<ReplicaSet, ShareState> shares(OperationId id) {
        Map<ReplicaSet, ShareState> shares = new TreeMap<>();
        for (BsonDocument document : parts(id, "replicaSet")) {
            ShareState share = OperationDocuments.share(document);
            shares.put(share.replicaSet(), share);
        }
        return shares;
    }

    @Override
    public ShareState claim(OperationId id, ReplicaSet replicaSet, String owner, long token) {
        ShareState fresh =
                new ShareState(
                        id,
                        replicaSet,
                        OperationPhase.WAITING,
                        owner,
                        token,
                        0,
                        Amount.NONE,
                        Amount.NONE,
                        Map.of(),
                        Map.of(),
                        Optional.empty());
        BsonDocument insert = OperationDocuments.of(fresh);
        BsonDocument set = new BsonDocument();
        for (String taken : List.of("owner", "token", "done", "expected")) {
            set.append(taken, insert.remove(taken));
        }
        BsonDocument filter = upTo(insert.remove("_id").asString().getValue(), token);
        BsonDocument update = new BsonDocument("$set", set).append("$setOnInsert", insert);
        // In one statement: from now on the former owner's writes find a later token.
        ShareState ours =
                fenced(
                        "replica set " + replicaSet + " of " + id,
                        operations ->
                                OperationDocuments.share(
                                        operations.findOneAndUpdate(
                                                filter,
                                                update,
                                                new FindOneAndUpdateOptions()
                                                        .upsert(true)
                                                        .returnDocument(ReturnDocument.AFTER))));
        if (ours.phase() == OperationPhase.WAITING) {
            ours = ours.takenBy(owner, token);
            save(ours);
        }
        return ours;
    }

    @Override
    public void save(ShareState share) {
        replace(
                OperationDocuments.of(share),
                share.token(),
                "replica set " + share.replicaSet() + " of " + share.operation());
    }

    @Override
    public void tell(Candidate candidate) {
        BsonDocument document = OperationDocuments.of(candidate);
        BsonDocument filter = new BsonDocument("_id", document.get("_id"));
        write(
                operations ->
                        operations.replaceOne(filter, document, new ReplaceOptions().upsert(true)));
    }

    @Override
    public List<Candidate> candidates(OperationId id) {
        return parts(id, "agent").stream().map(OperationDocuments::candidate).toList();
    }

    @Override
    public void askToCancel(OperationId id) {
        insert(new BsonDocument("_id", new BsonString(cancelId(id))));
    }

    @Override
    public boolean isCancelAsked(OperationId id) {
        return document(cancelId(id)).isPresent();
    }

    @Override
    public void forget(Instant before, int keep) {
        List<BsonDocument> all =
                read(
                        operations ->
                                operations
                                        .find(IS_OPERATION)
                                        .projection(KNOWN_OF_OLD)
                                        .into(new ArrayList<>()));
        all.stream()
                .sorted(
                        Comparator.comparing(
                                MongoOperationStates::issuedMillis, Comparator.reverseOrder()))
                .skip(keep)
                .filter(d -> issuedMillis(d) < before.toEpochMilli())
                .filter(d -> OperationPhase.valueOf(d.getString("phase").getValue()).isEnd())
                .map(d -> d.getString("_id").getValue())
                .forEach(this::forget);
    }

    private static long issuedMillis(BsonDocument operation) {
        return operation.getInt64("issuedMillis").getValue();
    }

    /** Its parts first: as long as it is known itself, the next call finds what is left of it. */
    private void forget(String id) {
        BsonDocument parts =
                new BsonDocument(
                        "_id",
                        new BsonDocument("$gt", new BsonString(id + "/"))
                                .append("$lt", new BsonString(id + "0")));
        write(operations -> operations.deleteMany(parts));
        write(operations -> operations.deleteOne(new BsonDocument("_id", new BsonString(id))));
    }

    private static String cancelId(OperationId id) {
        return OperationDocuments.id(id, "cancel", "asked");
    }

    private interface Use<T> {
        T with(MongoCollection<BsonDocument> operations);
    }

    private <T> T write(Use<T> use) {
        return servers.call("write the state of an operation at", on(use));
    }

    private <T> T read(Use<T> use) {
        return servers.call("read the state of an operation at", on(use));
    }

    private static <T> ConfigServers.Call<T> on(Use<T> use) {
        return (primary, now) -> use.with(ConfigServers.collection(primary, COLLECTION));
    }

    private Optional<BsonDocument> document(String id) {
        BsonDocument filter = new BsonDocument("_id", new BsonString(id));
        return read(operations -> Optional.ofNullable(operations.find(filter).first()));
    }

    /** A range of {@code _id}; '0' follows '/'. */
    private List<BsonDocument> parts(OperationId id, String kind) {
        String from = OperationDocuments.id(id, kind, "");
        String until = from.substring(0, from.length() - 1) + "0";
        BsonDocument range =
                new BsonDocument(
                        "_id",
                        new BsonDocument("$gte", new BsonString(from))
                                .append("$lt", new BsonString(until)));
        return read(operations -> operations.find(range).into(new ArrayList<>()));
    }

    private boolean insert(BsonDocument document) {
        return write(
                operations -> {
                    try {
                        operations.insertOne(document);
                        return true;
                    } catch (MongoWriteException e) {
                        if (isDuplicate(e)) {
                            return false;
                        }
                        throw e;
                    }
                });
    }

    private void replace(BsonDocument document, long token, String what) {
        BsonDocument filter = upTo(document.getString("_id").getValue(), token);
        fenced(
                what,
                operations ->
                        operations.replaceOne(filter, document, new ReplaceOptions().upsert(true)));
    }

    /** An upsert that meets a document with a later token tries to insert a second one. */
    private <T> T fenced(String what, Use<T> use) {
        return write(
                operations -> {
                    try {
                        return use.with(operations);
                    } catch (MongoWriteException | MongoCommandException e) {
                        if (isDuplicate(e)) {
                            throw new FencedException(
                                    "Another agent has taken over " + what + " by now", e);
                        }
                        throw e;
                    }
                });
    }

    private static boolean isDuplicate(MongoException e) {
        return e.getCode() == ConfigServers.DUPLICATE_KEY;
    }

    private static BsonDocument upTo(String id, long token) {
        return new BsonDocument("_id", new BsonString(id))
                .append("token", new BsonDocument("$lte", new BsonInt64(token)));
    }
}
