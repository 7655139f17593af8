package io.tidemark.embedded.mongo.node;

import java.util.Map;

/**
 * A member's line of the replica set configuration.
 *
 * @param id {@code _id} in the configuration, 0-based
 * @param priority 0 can never be primary
 * @param votes 0 or 1
 */
public record MemberConfig(
        int id, boolean hidden, double priority, int votes, Map<String, String> tags) {
    public MemberConfig {
        tags = Map.copyOf(tags);
        if (hidden && priority > 0) {
            throw new IllegalArgumentException(
                    "Member " + id + " is hidden, so its priority must be 0, was " + priority);
        }
        if (votes < 0 || votes > 1) {
            throw new IllegalArgumentException("votes must be 0 or 1, was " + votes);
        }
    }

    public static MemberConfig plain(int id) {
        return new MemberConfig(id, false, 1, 1, Map.of());
    }
}
