package io.tidemark.restore;

import io.tidemark.restore.replay.ReplayTarget;
import io.tidemark.restore.target.HeldCollection;
import io.tidemark.restore.target.TargetFacts;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.Namespace;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;

/** A server that is restored into. */
public interface RestoreTarget extends ReplayTarget, AutoCloseable {
    /** The {@code _id} of the mark that every restore looks for. */
    String MARK_ID = "restore";

    /**
     * Asks the target about itself; writes nothing.
     *
     * @throws RestoreException.Unreachable if it doesn't answer
     */
    TargetFacts inspect();

    /**
     * Lets the target remove expired documents, or not; its primary forgets it when it restarts.
     *
     * @throws RestoreException.TargetRefused if it doesn't let us
     */
    void expireDocuments(boolean on);

    /**
     * The collections and views that it holds, with their indexes; those of {@code local} left out.
     */
    List<HeldCollection> held();

    /** Bytes on the volume of a collection and its indexes; 0 where the target doesn't tell. */
    default long sizeBytes(Namespace namespace) {
        return 0;
    }

    /** Drops all indexes but that of {@code _id}. */
    void dropIndexes(Namespace namespace);

    /**
     * Hands the entries of its own oplog to {@code reader}, the newest first, for as long as that
     * one wants more. There are none if it is in no replica set.
     */
    void ownOplog(Predicate<RawDocument> reader);

    /**
     * The users as whom this restore is connected, as {@code admin.system.users} names them: {@code
     * database.name}. None where nobody has to say who he is.
     */
    default Set<String> connectedAs() {
        return Set.of();
    }

    /** The collections and views that it has, with the UUIDs of those that have one. */
    Map<Namespace, Optional<UUID>> collections();

    /**
     * The mark of a restore, if one is under way here.
     *
     * @param id its {@code _id}: several replica sets may be restored into one target
     */
    Optional<RawDocument> readMark(String id);

    /** The mark that every restore looks for. */
    default Optional<RawDocument> readMark() {
        return readMark(MARK_ID);
    }

    /**
     * Leaves a mark: from here on and until {@link #unmark} the target is half restored. Whole and
     * durable, or not at all; of several who ask at once one succeeds.
     *
     * @param mark holds an {@code _id}, always the same for what is restored, and a {@code
     *     description} for people
     * @param expected what the mark in its place must say; empty if there must be none
     * @return false if that is not so: nothing was written
     */
    boolean mark(RawDocument mark, Optional<ExpectedMark> expected);

    /**
     * A mark that is replaced.
     *
     * @param run its field {@code run.id}; empty if it has none
     * @param beat its field {@code run.beat}, where that matters
     */
    record ExpectedMark(Optional<String> run, OptionalLong beat) {}

    /**
     * Adds documents to a collection of the mark's database. They are durable no later than
     * whatever is written after this has returned.
     */
    void append(Namespace namespace, List<RawDocument> documents);

    /** The restore is whole. */
    void unmark();

    /** Twice is harmless. */
    @Override
    void close();

    /** Opens targets; tests restore into memory through it. */
    interface Connector {
        /**
         * @param connectionString may hold credentials: never for messages
         */
        RestoreTarget connect(String connectionString, RestoreOptions options);
    }
}
