package io.tidemark.metrics;

import java.util.List;

/**
 * Whether a service gets on with its work.
 *
 * @param message for the operator, when there is no problem
 */
public record Health(String message, List<Problem> problems) {
    public Health {
        problems = List.copyOf(problems);
    }

    /**
     * @param part what does not get on: a replica set's name, or a part of the service
     * @param message for the operator: what, since when, what stands in the way
     */
    public record Problem(String part, String message) {}

    public boolean isOk() {
        return problems.isEmpty();
    }
}
