package io.tidemark.timeline.window;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.timeline.event.TopologyEvent;
import java.util.Optional;

/** Which times count as safe. */
public enum Policy {
    /**
     * A cut by cluster time is complete for the owners of chunks, so migrations are safe; what
     * would leave an operation half done is not.
     */
    EXACT {
        @Override
        Optional<ClusterTime> unsafeFrom(TopologyEvent event) {
            return event.kind().exactUnsafe() ? event.span().criticalFrom() : Optional.empty();
        }
    },
    /** Every migration and every DDL operation is unsafe from its start to its end. */
    STRICT {
        @Override
        Optional<ClusterTime> unsafeFrom(TopologyEvent event) {
            return event.kind().strictUnsafe() ? Optional.of(event.from()) : Optional.empty();
        }
    };

    /** From when the event makes times unsafe; empty if never. */
    abstract Optional<ClusterTime> unsafeFrom(TopologyEvent event);

    /** The name in options and JSON. */
    public String code() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }

    /**
     * @throws IllegalArgumentException if {@code code} is neither {@code exact} nor {@code strict}
     */
    public static Policy of(String code) {
        for (Policy policy : values()) {
            if (policy.code().equals(code)) {
                return policy;
            }
        }
        throw new IllegalArgumentException(
                "policy '" + code + "' is unknown; it is 'exact' or 'strict'");
    }
}
