package io.tidemark.capture.publish;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.model.Optime;
import java.util.Objects;

/** What a replica set's topic ends with, and so what must come next. */
public sealed interface ResumePoint {
    /** The topic holds nothing yet: the record of this replica set begins. */
    record Empty() implements ResumePoint {}

    /**
     * The topic ends with an entry: reading starts at that very entry, which proves that nothing
     * lies between.
     */
    record AfterEntry(Optime last, Incarnation incarnation) implements ResumePoint {
        public AfterEntry {
            Objects.requireNonNull(last, "last");
            Objects.requireNonNull(incarnation, "incarnation");
        }
    }

    /**
     * The topic ends with a START or a GAP: everything up to and including {@code through} is
     * accounted for, though not held. The next entry must be the first one behind it.
     */
    record AfterHole(Optime through, Incarnation incarnation) implements ResumePoint {
        public AfterHole {
            Objects.requireNonNull(through, "through");
            Objects.requireNonNull(incarnation, "incarnation");
        }

        /** The least cluster time that the next entry can have. */
        public ClusterTime next() {
            return through.clusterTime().next();
        }
    }
}
