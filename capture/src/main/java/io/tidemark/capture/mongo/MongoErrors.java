package io.tidemark.capture.mongo;

import com.mongodb.MongoCommandException;
import com.mongodb.MongoException;
import com.mongodb.MongoSecurityException;
import io.tidemark.capture.tail.OplogLostException;
import io.tidemark.capture.tail.SourceRefusedException;
import io.tidemark.capture.tail.SourceUnavailableException;
import java.util.Set;

/** Which act an error of the driver asks for (codes: MongoDB's {@code base/error_codes.yml}). */
final class MongoErrors {
    private static final int UNAUTHORIZED = 13;
    private static final int AUTHENTICATION_FAILED = 18;

    /** OplogStartMissing, CappedPositionLost, OplogQueryMinTsMissing. */
    private static final Set<Integer> LOST = Set.of(120, 136, 326);

    private MongoErrors() {}

    /**
     * @param doing what was asked of whom: "read the oplog of HOST"
     * @param privilege what the user needs for it, for the operator
     */
    static RuntimeException translate(String doing, String privilege, MongoException error) {
        int code = error instanceof MongoCommandException command ? command.getErrorCode() : 0;
        if (LOST.contains(code)) {
            return new OplogLostException("Can't " + doing + ": " + error.getMessage(), error);
        }
        boolean refused = code == UNAUTHORIZED || code == AUTHENTICATION_FAILED;
        if (refused || error instanceof MongoSecurityException) {
            return new SourceRefusedException(
                    "Not allowed to %s: %s. The user of source.uri needs %s."
                            .formatted(doing, error.getMessage(), privilege),
                    error);
        }
        return new SourceUnavailableException("Can't " + doing + ": " + error.getMessage(), error);
    }
}
