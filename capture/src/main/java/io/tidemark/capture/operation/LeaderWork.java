package io.tidemark.capture.operation;

import io.tidemark.schemas.model.ReplicaSet;
import java.util.Map;

/**
 * What the winner on the config servers does for all replica sets. Both calls run on a thread of
 * their own and are repeated by the next leader if one dies in between.
 *
 * <p>Exceptions mean what they mean to {@link ReplicaSetWork#run}.
 */
public interface LeaderWork {
    /**
     * Before any replica set begins: decides the method, the read time and whatever all must agree
     * on. Its answer is kept before the first replica set begins; of several calls only one answer
     * counts.
     */
    Map<String, String> begin(LeaderTask task) throws InterruptedException;

    /**
     * After every replica set, the config servers last, is done: makes the whole exist, by a
     * create-only manifest.
     *
     * @param plan what counts of {@link #begin}
     * @param facts what each replica set's work returned
     * @return facts of the whole, for whoever asked for the operation
     */
    Map<String, String> complete(
            LeaderTask task, Map<String, String> plan, Map<ReplicaSet, Map<String, String>> facts)
            throws InterruptedException;
}
