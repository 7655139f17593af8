package io.tidemark.schemas.registry;

/** The registry did not do what was asked; the problem says who has to act. */
public final class SchemaRegistryException extends RuntimeException {
    /** What stands in the way, each a different act for the operator. */
    public enum Problem {
        /** No registry answered, after all retries: look at the network and at the registry. */
        UNREACHABLE,
        /** The credentials are missing, wrong, or not allowed to do this. */
        NOT_ALLOWED,
        /**
         * The subject's compatibility level refuses the schema: a reader somewhere would not
         * understand it.
         */
        INCOMPATIBLE,
        /** No such id: records written with another registry, or the registry lost its data. */
        UNKNOWN,
        /**
         * The registry refuses the request as it is: read-only, not Avro, or not a schema registry
         * at all.
         */
        REFUSED
    }

    private final Problem problem;

    public SchemaRegistryException(Problem problem, String message) {
        super(message);
        this.problem = problem;
    }

    public SchemaRegistryException(Problem problem, String message, Throwable cause) {
        super(message, cause);
        this.problem = problem;
    }

    public Problem problem() {
        return problem;
    }
}
