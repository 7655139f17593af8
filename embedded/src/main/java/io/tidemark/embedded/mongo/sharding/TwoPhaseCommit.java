package io.tidemark.embedded.mongo.sharding;

import io.tidemark.embedded.mongo.CommandFailure;
import io.tidemark.embedded.mongo.ErrorCode;
import io.tidemark.embedded.mongo.ServerVersion;
import io.tidemark.embedded.mongo.TransactionId;
import io.tidemark.embedded.mongo.WriteContext;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonTimestamp;

/**
 * The commit of a transaction that wrote on several shards (F§3.2), step by step: the list of
 * participants on the coordinator, a prepare on each, the decision with the greatest prepare time,
 * a commit on each, the end. A script may stop after any step: the transaction then stays
 * undecided, or committed on some shards only.
 */
public final class TwoPhaseCommit implements Stepwise {
    private static final String COORDINATORS = "config.transaction_coordinators";
    private static final long MAJORITY_WAIT_MILLIS = 10_000;

    private final Steps steps = new Steps();
    private final TransactionId id;
    private final List<Member> participants;
    private final Member coordinator;
    private final ServerVersion version;
    private final SortedSet<String> namespaces;
    private final Runnable whenDone;
    private BsonTimestamp commitTimestamp = Bson.NO_TIME;
    private BsonTimestamp lastEntry = Bson.NO_TIME;
    private long term;
    private boolean persisted;
    private Outcome outcome = Outcome.UNDECIDED;

    /** What became of it. */
    public enum Outcome {
        UNDECIDED,
        COMMITTED,
        ABORTED
    }

    /**
     * @param participants the first one coordinates
     * @param namespaces written by the transaction
     */
    TwoPhaseCommit(
            TransactionId id,
            List<Member> participants,
            SortedSet<String> namespaces,
            ServerVersion version,
            Runnable whenDone) {
        this.id = id;
        this.participants = List.copyOf(participants);
        this.coordinator = participants.get(0);
        this.version = version;
        this.namespaces = namespaces;
        this.whenDone = whenDone;
        this.term = coordinator.set().term();
        steps.then("persist participants", this::persistParticipants);
        steps.phase();
        for (Member participant : participants) {
            steps.then("prepare on " + participant.id(), () -> prepare(participant));
        }
        steps.then("decide", this::decide);
        steps.phase();
        for (Member participant : participants) {
            steps.then("commit on " + participant.id(), () -> commit(participant));
        }
        steps.then("forget", this::forget);
    }

    public Outcome outcome() {
        return outcome;
    }

    public TransactionId id() {
        return id;
    }

    /** The time from which on its writes count; nothing before it is decided. */
    public Optional<BsonTimestamp> commitTimestamp() {
        return outcome == Outcome.COMMITTED ? Optional.of(commitTimestamp) : Optional.empty();
    }

    /** Cluster time of the last entry it has written. */
    public BsonTimestamp lastEntry() {
        return lastEntry;
    }

    @Override
    public Optional<String> next() {
        return steps.next();
    }

    @Override
    public void step() {
        resumeAfterFailover();
        steps.step();
    }

    /**
     * A new primary of the coordinator's shard goes on from its document: it asks all participants
     * for their prepare again as long as nothing is decided.
     */
    private void resumeAfterFailover() {
        long now = coordinator.set().term();
        if (now == term || outcome != Outcome.UNDECIDED) {
            return;
        }
        term = now;
        boolean survived =
                persisted
                        && !coordinator
                                .call(
                                        primary ->
                                                primary.find(COORDINATORS, key(), Optional.empty()))
                                .isEmpty();
        if (survived) {
            steps.rewind();
        } else {
            abort("the coordinator has lost its document in an election");
        }
    }

    /** Gives the transaction up before it is decided; the steps that undo it are then ahead. */
    public void abort(String reason) {
        if (outcome != Outcome.UNDECIDED) {
            throw new IllegalStateException("Transaction " + id + " is " + outcome + " already");
        }
        outcome = Outcome.ABORTED;
        steps.clear();
        steps.then(
                "decide to abort",
                () ->
                        persistDecision(
                                new BsonDocument("decision", Bson.string("abort"))
                                        .append(
                                                "abortStatus",
                                                new BsonDocument("code", Bson.number(251))
                                                        .append(
                                                                "codeName",
                                                                Bson.string("NoSuchTransaction"))
                                                        .append("errmsg", Bson.string(reason)))));
        for (Member participant : participants) {
            steps.then("abort on " + participant.id(), () -> abortOn(participant));
        }
        steps.then("forget", this::forget);
    }

    private void abortOn(Member participant) {
        try {
            participant.tell(
                    primary -> {
                        primary.abortTransaction(id);
                        lastEntry = primary.lastApplied();
                    });
        } catch (CommandFailure failure) {
            // An election there has aborted it already.
            if (failure.code() != ErrorCode.NoSuchTransaction) {
                throw failure;
            }
        }
    }

    private BsonDocument key() {
        return new BsonDocument(
                "_id",
                new BsonDocument("lsid", id.lsid())
                        .append("txnNumber", new BsonInt64(id.txnNumber())));
    }

    private BsonDocument document() {
        BsonArray ids = new BsonArray();
        participants.forEach(participant -> ids.add(Bson.string(participant.id())));
        return key().append("participants", ids);
    }

    private void persistParticipants() {
        lastEntry =
                coordinator
                        .call(
                                primary ->
                                        primary.insert(
                                                COORDINATORS,
                                                List.of(document()),
                                                WriteContext.plain()))
                        .at();
        persisted = true;
        coordinator.requireMajority(MAJORITY_WAIT_MILLIS);
    }

    private void prepare(Member participant) {
        BsonTimestamp at;
        try {
            at = participant.call(primary -> primary.prepareTransaction(id));
        } catch (CommandFailure gone) {
            if (gone.code() != ErrorCode.NoSuchTransaction) {
                throw gone;
            }
            abort(gone.getMessage());
            return;
        }
        participant.requireMajority(MAJORITY_WAIT_MILLIS);
        commitTimestamp = Bson.later(commitTimestamp, at);
        lastEntry = at;
    }

    private void decide() {
        persistDecision(
                new BsonDocument("decision", Bson.string("commit"))
                        .append("commitTimestamp", commitTimestamp));
        coordinator.requireMajority(MAJORITY_WAIT_MILLIS);
        outcome = Outcome.COMMITTED;
    }

    private void persistDecision(BsonDocument decision) {
        BsonDocument decided = document().append("decision", decision);
        if (version.atLeast(ServerVersion.V8_0)) {
            BsonArray affected = new BsonArray();
            namespaces.forEach(namespace -> affected.add(Bson.string(namespace)));
            decided.append("affectedNamespaces", affected);
        }
        lastEntry =
                coordinator
                        .call(
                                primary ->
                                        primary.update(
                                                COORDINATORS,
                                                key(),
                                                decided,
                                                false,
                                                false,
                                                WriteContext.plain()))
                        .at();
    }

    private void commit(Member participant) {
        lastEntry =
                participant.call(
                        primary -> primary.commitTransaction(id, Optional.of(commitTimestamp)));
    }

    private void forget() {
        lastEntry =
                coordinator
                        .call(
                                primary ->
                                        primary.delete(
                                                COORDINATORS, key(), false, WriteContext.plain()))
                        .at();
        whenDone.run();
    }
}
