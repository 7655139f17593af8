package io.tidemark.embedded.mongo;

import java.util.List;
import org.bson.BsonDocument;

/** A command refused as a server refuses it, with the server's own code and name. */
public final class CommandFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ErrorCode code;
    private final transient List<String> labels;
    private final transient BsonDocument extra;

    public CommandFailure(ErrorCode code, String message) {
        this(code, message, List.of(), new BsonDocument());
    }

    public CommandFailure(ErrorCode code, String message, List<String> labels, BsonDocument extra) {
        super(message);
        this.code = code;
        this.labels = List.copyOf(labels);
        this.extra = extra;
    }

    public CommandFailure labelled(String label) {
        return new CommandFailure(code, getMessage(), List.of(label), extra);
    }

    public ErrorCode code() {
        return code;
    }

    /** Error labels such as {@code TransientTransactionError}. */
    public List<String> labels() {
        return labels;
    }

    /** Further fields of the reply, such as {@code keyPattern} of a duplicate key. */
    public BsonDocument extra() {
        return extra;
    }
}
