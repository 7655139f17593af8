package io.tidemark.sink.slice;

import io.tidemark.schemas.model.Incarnation;
import io.tidemark.sink.consume.TopicFacts.TopicState;
import io.tidemark.sink.store.ArchivePosition;
import java.util.Map;
import java.util.Optional;

/**
 * Where to go on reading a topic.
 *
 * @param offset of the next record wanted
 * @param missing why records between the archive's end and {@code offset} are lost; empty if none
 *     are
 */
record ResumePoint(long offset, Optional<String> missing) {

    /**
     *
     *
     * <table><caption>Cases</caption>
     * <tr><th>the bucket</th><th>the topic</th><th>go on</th></tr>
     * <tr><td>knows offset n of this topic</td><td>holds n + 1</td><td>at n + 1</td></tr>
     * <tr><td>knows offset n</td><td>begins behind n + 1</td><td>at its beginning; records are lost</td></tr>
     * <tr><td>knows offset n</td><td>ends before n + 1</td><td>at its beginning, skipping by cluster
     *     time: Kafka lost its end</td></tr>
     * <tr><td>knows another topic</td><td>begins at 0</td><td>at 0, skipping by cluster time</td></tr>
     * <tr><td>knows another topic</td><td>begins later</td><td>at its beginning; records are
     *     lost</td></tr>
     * <tr><td>knows nothing</td><td>any</td><td>at its beginning: the archive begins there</td></tr>
     * </table>
     */
    static ResumePoint of(Map<Incarnation, ArchivePosition> ends, TopicState topic) {
        Optional<Long> next =
                ends.values().stream()
                        .flatMap(end -> end.nextOffset(topic.topicId()).stream())
                        .max(Long::compare);
        if (next.isPresent() && next.get() > topic.endOffset()) {
            return new ResumePoint(topic.earliestOffset(), Optional.empty());
        }
        long wanted = next.orElse(0L);
        if (topic.earliestOffset() <= wanted) {
            return new ResumePoint(wanted, Optional.empty());
        }
        Optional<String> missing =
                ends.isEmpty() ? Optional.empty() : Optional.of(lost(wanted, topic));
        return new ResumePoint(topic.earliestOffset(), missing);
    }

    private static String lost(long wanted, TopicState topic) {
        return "Kafka deleted offsets "
                + wanted
                + " to "
                + (topic.earliestOffset() - 1)
                + " of the oplog topic before they were archived (retention was shorter than the"
                + " sink was down)";
    }
}
