package io.tidemark.embedded.registry;

/** An answer other than success, with the error codes of Confluent's Schema Registry API. */
final class Refusal extends RuntimeException {
    private final int status;
    private final int code;

    private Refusal(int status, int code, String message) {
        super(message);
        this.status = status;
        this.code = code;
    }

    static Refusal noSubject(String subject) {
        return new Refusal(404, 40401, "Subject '" + subject + "' not found.");
    }

    static Refusal noVersion(String version) {
        return new Refusal(404, 40402, "Version " + version + " not found.");
    }

    static Refusal noSchema(String which) {
        return new Refusal(404, 40403, "Schema " + which + " not found");
    }

    static Refusal noSubjectConfig(String subject) {
        return new Refusal(
                404,
                40408,
                "Subject '" + subject + "' does not have subject-level compatibility configured");
    }

    static Refusal incompatible(String subject, String details) {
        return new Refusal(
                409,
                409,
                "Schema being registered is incompatible with an earlier schema for subject \"%s\", details: %s"
                        .formatted(subject, details));
    }

    static Refusal invalidSchema(String why) {
        return new Refusal(422, 42201, "Invalid schema: " + why);
    }

    static Refusal invalidVersion(String version) {
        return new Refusal(
                422,
                42202,
                "The specified version '%s' is not a valid version id. Allowed values are between [1, 2^31-1] and the string \"latest\""
                        .formatted(version));
    }

    static Refusal invalidLevel(String level) {
        return new Refusal(422, 42203, "Invalid compatibility level: " + level);
    }

    static Refusal invalidMode(String mode) {
        return new Refusal(422, 42204, "Invalid mode: " + mode);
    }

    static Refusal readOnly(String subject) {
        return new Refusal(422, 42205, "Subject " + subject + " is in read-only mode");
    }

    static Refusal http(int status, String reason) {
        return new Refusal(status, status, "HTTP " + status + " " + reason);
    }

    int status() {
        return status;
    }

    int code() {
        return code;
    }
}
