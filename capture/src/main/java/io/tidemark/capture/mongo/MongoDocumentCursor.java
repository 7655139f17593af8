package io.tidemark.capture.mongo;

import com.mongodb.MongoCommandException;
import com.mongodb.MongoCursorNotFoundException;
import com.mongodb.MongoException;
import com.mongodb.MongoExecutionTimeoutException;
import io.tidemark.capture.snapshot.CollectionGoneException;
import io.tidemark.capture.snapshot.DocumentCursor;
import io.tidemark.capture.snapshot.ScanInterruptedException;
import io.tidemark.capture.snapshot.ScanRange;
import io.tidemark.capture.snapshot.SnapshotLostException;
import io.tidemark.capture.snapshot.SnapshotSource.Listed;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Namespace;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bson.BsonBinary;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.BsonValue;

/**
 * A collection's documents by its UUID, which stays over renames, or, where the user may not use
 * UUIDs, by the name that it has now.
 */
final class MongoDocumentCursor implements DocumentCursor {
    private static final int UNAUTHORIZED = 13;
    private static final int NAMESPACE_NOT_FOUND = 26;

    /** SnapshotTooOld, SnapshotUnavailable. */
    private static final Set<Integer> TOO_OLD = Set.of(239, 246);

    /** CursorNotFound, CappedPositionLost, QueryPlanKilled, Interrupted, CursorKilled. */
    private static final Set<Integer> LOST = Set.of(43, 136, 175, 11601, 237);

    /** Bounds that the index finds equal: nothing can lie between them. */
    private static final int MIN_NOT_BEFORE_MAX = 51175;

    private static final int FIRST_BATCH = 16;
    private static final int MOST_AT_ONCE = 10_000;

    private final MongoSnapshotSource source;
    private final Listed collection;
    private final ScanRange range;
    private final Optional<ClusterTime> readAt;
    private CommandCursor cursor;
    private Optional<Namespace> name = Optional.empty();
    private int batchSize = FIRST_BATCH;

    MongoDocumentCursor(
            MongoSnapshotSource source,
            Listed collection,
            ScanRange range,
            Optional<ClusterTime> readAt) {
        this.source = source;
        this.collection = collection;
        this.range = range;
        this.readAt = readAt;
        reopen();
    }

    private void reopen() {
        BsonValue named = new BsonBinary(collection.uuid());
        if (source.isByName()) {
            Namespace now = nameNow();
            name = Optional.of(now);
            named = new BsonString(now.collection());
        }
        cursor = new CommandCursor(source.member(), database(), command(named));
    }

    private String database() {
        return collection.namespace().database();
    }

    private Namespace nameNow() {
        return source.find(database(), collection.uuid())
                .map(Listed::namespace)
                .orElseThrow(
                        () ->
                                new CollectionGoneException(
                                        collection.namespace() + " was dropped", null));
    }

    private BsonDocument command(BsonValue named) {
        BsonDocument find = new BsonDocument("find", named);
        find.append("hint", new BsonDocument(range.byId() ? "_id" : "$natural", new BsonInt32(1)));
        range.from().ifPresent(from -> find.append("min", from.toBson()));
        range.to().ifPresent(to -> find.append("max", to.toBson()));
        BsonDocument concern =
                readAt.map(
                                at ->
                                        new BsonDocument("level", new BsonString("snapshot"))
                                                .append("atClusterTime", at.toBson()))
                        .orElseGet(() -> new BsonDocument("level", new BsonString("majority")));
        if (readAt.isPresent()) {
            find.append("maxTimeMS", new BsonInt64(source.snapshotWait().toMillis()));
        }
        return find.append("batchSize", new BsonInt32(batchSize)).append("readConcern", concern);
    }

    @Override
    public List<RawDocument> next() {
        try {
            return documents(cursor.next(batchSize));
        } catch (MongoCursorNotFoundException e) {
            throw new ScanInterruptedException(e.getMessage(), e);
        } catch (MongoCommandException e) {
            if (e.getErrorCode() == UNAUTHORIZED && !source.isByName()) {
                cursor.close();
                source.readByName();
                reopen();
                return next();
            } else if (e.getErrorCode() == MIN_NOT_BEFORE_MAX) {
                return List.of();
            }
            throw failure(e);
        } catch (MongoExecutionTimeoutException e) {
            // A read as of a time waits for transactions prepared before it, and one without a
            // coordinator never ends. Reads with read concern majority don't wait.
            throw new SnapshotLostException(
                    collection.namespace() + " can't be read as of that time: " + e.getMessage(),
                    e);
        } catch (MongoException e) {
            throw source.translate("read " + collection.namespace() + " from", e);
        }
    }

    private RuntimeException failure(MongoCommandException e) {
        String what = collection.namespace() + " (" + collection.uuid() + "): " + e.getMessage();
        if (e.getErrorCode() == NAMESPACE_NOT_FOUND) {
            return new CollectionGoneException(what, e);
        } else if (TOO_OLD.contains(e.getErrorCode())) {
            return new SnapshotLostException(what, e);
        } else if (LOST.contains(e.getErrorCode())) {
            return new ScanInterruptedException(what, e);
        }
        return source.translate("read " + collection.namespace() + " from", e);
    }

    private List<RawDocument> documents(List<byte[]> batch) {
        List<RawDocument> documents = new ArrayList<>(batch.size());
        long bytes = 0;
        for (byte[] bson : batch) {
            bytes += bson.length;
            documents.add(RawDocument.of(bson));
        }
        if (!batch.isEmpty()) {
            long average = Math.max(1, bytes / batch.size());
            long fitting = Math.min(source.batchBytes() / average, batchSize * 4L);
            batchSize = (int) Math.max(1, Math.min(MOST_AT_ONCE, fitting));
        }
        return documents;
    }

    /**
     * A cursor stays with its collection; a name may have become another's before it was opened.
     */
    @Override
    public void confirm() {
        if (name.isPresent() && !nameNow().equals(name.get())) {
            throw new ScanInterruptedException(
                    collection.namespace() + " was renamed while it was read by name", null);
        }
    }

    @Override
    public void close() {
        cursor.close();
    }
}
