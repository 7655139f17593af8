package io.tidemark.capture.operation;

import io.tidemark.schemas.model.ReplicaSet;
import java.util.Map;
import java.util.Optional;

/** Starts the works of an agent's operations, each beside everything else. */
public interface Tasks {
    /** Whether this agent can do such operations at all. */
    boolean canDo(OperationKind kind);

    Running share(OperationKind kind, ReplicaSetTask task);

    Running begin(OperationKind kind, LeaderTask task);

    Running complete(
            OperationKind kind,
            LeaderTask task,
            Map<String, String> plan,
            Map<ReplicaSet, Map<String, String>> facts);

    /** A work under way. */
    interface Running {
        /** Empty while it goes on; must be seen before another work on the same begins. */
        Optional<Ending> ending();

        /** Asks it to end soon; harmless when repeated. */
        void stop();
    }

    /** How a work ended. */
    sealed interface Ending permits Succeeded, Broken {}

    /** It returned. */
    record Succeeded(Map<String, String> facts) implements Ending {
        public Succeeded {
            facts = Map.copyOf(facts);
        }
    }

    /**
     * It threw.
     *
     * @param forGood trying again is of no use
     * @param counts false if it was stopped or fenced: nothing is wrong with the work itself
     */
    record Broken(String why, boolean forGood, boolean counts) implements Ending {}
}
