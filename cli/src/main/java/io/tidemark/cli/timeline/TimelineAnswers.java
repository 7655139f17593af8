package io.tidemark.cli.timeline;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.RestoreWindow;
import io.tidemark.timeline.window.Policy;
import java.util.Optional;

/** Who answers questions about times: in the documents of {@code io.tidemark.timeline.answer}. */
interface TimelineAnswers {
    /** Where the answers are from: {@code stored}, {@code archive} or {@code api}. */
    String origin();

    /** What touches {@code span}. */
    ObjectNode windows(Policy policy, RestoreWindow span);

    ObjectNode explain(ClusterTime at, Policy policy);

    /**
     * Events under way at some time in {@code span}, all on one page.
     *
     * @param ns a namespace, or a database for all of it
     * @param kind a kind or the beginning of one, in any case
     */
    ObjectNode events(RestoreWindow span, Optional<String> ns, Optional<String> kind);
}
