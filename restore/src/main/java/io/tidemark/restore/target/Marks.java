package io.tidemark.restore.target;

import com.mongodb.ErrorCategory;
import com.mongodb.MongoWriteException;
import io.tidemark.restore.RestoreTarget.ExpectedMark;
import io.tidemark.restore.replay.DocumentId;
import io.tidemark.schemas.bson.RawDocument;
import java.util.Optional;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonNull;
import org.bson.BsonString;
import org.bson.BsonValue;

/** Puts a restore's mark, one server-side comparison each. */
final class Marks {
    private final Commands commands;

    Marks(Commands commands) {
        this.commands = commands;
    }

    /** False if another mark is there than the expected one, or none. */
    boolean put(RawDocument mark, Optional<ExpectedMark> expected) {
        return commands.run(
                "leave the mark of a restore under way",
                () -> expected.isPresent() ? replace(mark, expected.get()) : insert(mark));
    }

    private boolean insert(RawDocument mark) {
        try {
            commands.collection(Inspection.MARK).insertOne(mark.toBson());
            return true;
        } catch (MongoWriteException e) {
            if (ErrorCategory.fromErrorCode(e.getCode()) == ErrorCategory.DUPLICATE_KEY) {
                return false;
            }
            throw e;
        }
    }

    private boolean replace(RawDocument mark, ExpectedMark expected) {
        BsonDocument filter = new BsonDocument();
        filter.putAll(BulkWrites.byId(DocumentId.ofDocument(mark)));
        // A null also matches a mark without the field.
        BsonValue run = expected.run().<BsonValue>map(BsonString::new).orElse(BsonNull.VALUE);
        filter.append("run.id", run);
        expected.beat().ifPresent(beat -> filter.append("run.beat", new BsonInt64(beat)));
        return commands.collection(Inspection.MARK)
                        .replaceOne(filter, mark.toBson())
                        .getMatchedCount()
                > 0;
    }
}
