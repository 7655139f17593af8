package io.tidemark.embedded.mongo;

/**
 * A command refused the way a server refuses it: with a numeric code, its name and a message.
 *
 * <p>Codes are MongoDB's public ones (MongoDB manual, "Error Codes").
 */
public final class ServerError extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int code;
    private final String codeName;

    public ServerError(int code, String codeName, String message) {
        super(message);
        this.code = code;
        this.codeName = codeName;
    }

    public int code() {
        return code;
    }

    public String codeName() {
        return codeName;
    }

    public static ServerError badValue(String message) {
        return new ServerError(2, "BadValue", message);
    }

    public static ServerError failedToParse(String message) {
        return new ServerError(9, "FailedToParse", message);
    }

    public static ServerError typeMismatch(String message) {
        return new ServerError(14, "TypeMismatch", message);
    }

    public static ServerError illegalOperation(String message) {
        return new ServerError(20, "IllegalOperation", message);
    }

    public static ServerError namespaceNotFound(String message) {
        return new ServerError(26, "NamespaceNotFound", message);
    }

    public static ServerError pathNotViable(String message) {
        return new ServerError(28, "PathNotViable", message);
    }

    public static ServerError conflictingUpdate(String message) {
        return new ServerError(40, "ConflictingUpdateOperators", message);
    }

    public static ServerError namespaceExists(String message) {
        return new ServerError(48, "NamespaceExists", message);
    }

    public static ServerError immutableField(String message) {
        return new ServerError(66, "ImmutableField", message);
    }

    public static ServerError commandNotFound(String message) {
        return new ServerError(59, "CommandNotFound", message);
    }

    public static ServerError shardKeyNotFound(String message) {
        return new ServerError(61, "ShardKeyNotFound", message);
    }

    public static ServerError invalidOptions(String message) {
        return new ServerError(72, "InvalidOptions", message);
    }

    /** An assertion of the server that carries a location number only. */
    public static ServerError location(int code, String message) {
        return new ServerError(code, "Location" + code, message);
    }
}
