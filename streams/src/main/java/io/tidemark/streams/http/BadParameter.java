package io.tidemark.streams.http;

/** A parameter of a request that can't be understood. */
final class BadParameter extends RuntimeException {
    private static final long serialVersionUID = 1;
    private final String parameter;
    private final String value;
    private final String allowed;

    /**
     * @param value as it was given; empty if it was not
     * @param allowed what may be given, in words
     */
    BadParameter(String parameter, String value, String allowed) {
        super(
                value.isEmpty()
                        ? "Parameter '" + parameter + "' is missing. Allowed: " + allowed + "."
                        : "Parameter '"
                                + parameter
                                + "' can't be '"
                                + value
                                + "'. Allowed: "
                                + allowed
                                + ".");
        this.parameter = parameter;
        this.value = value;
        this.allowed = allowed;
    }

    Problem problem() {
        return new Problem(400, getMessage(), parameter, value, allowed);
    }
}
