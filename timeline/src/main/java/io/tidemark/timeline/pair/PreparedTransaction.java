package io.tidemark.timeline.pair;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.timeline.event.EventKind;
import io.tidemark.timeline.event.Evidence;
import io.tidemark.timeline.event.Outcome;
import io.tidemark.timeline.event.Span;
import io.tidemark.timeline.event.TopologyEvent;
import java.util.List;
import java.util.Optional;

/**
 * A transaction prepared on some shards, and when its outcome was first written anywhere. Its
 * commit timestamp is the latest of its prepares: up to there it is out in any case, from there on
 * it is in or out by the outcome.
 *
 * @param key {@code {lsid, txnNumber}} in hex
 * @param prepares in order of cluster time
 * @param decidedAt empty while no log captured tells the outcome
 * @param lostAt the end of a hole in which the outcome was lost: who restores to a later time
 *     starts from a base that knows it
 * @param told as an event, for having been undecided long enough
 */
public record PreparedTransaction(
        String key,
        List<String> shards,
        List<Evidence> prepares,
        Optional<ClusterTime> decidedAt,
        Optional<ClusterTime> lostAt,
        boolean committed,
        boolean told) {
    public PreparedTransaction {
        shards = List.copyOf(shards);
        prepares = List.copyOf(prepares);
    }

    public boolean isUndecided() {
        return decidedAt.isEmpty() && lostAt.isEmpty();
    }

    PreparedTransaction decided(ClusterTime at, boolean committing) {
        return new PreparedTransaction(
                key, shards, prepares, Optional.of(at), Optional.empty(), committing, told);
    }

    PreparedTransaction lostAt(ClusterTime at) {
        return new PreparedTransaction(
                key, shards, prepares, Optional.empty(), Optional.of(at), false, told);
    }

    PreparedTransaction asTold() {
        return new PreparedTransaction(key, shards, prepares, decidedAt, lostAt, committed, true);
    }

    /** From here on its outcome matters. */
    public ClusterTime lastPrepare() {
        return prepares.get(prepares.size() - 1).at();
    }

    /** As an event that lasts until the outcome. */
    public TopologyEvent toEvent() {
        Evidence first = prepares.get(0);
        String id =
                EventKind.PREPARED_TRANSACTION.code()
                        + "-"
                        + first.at().seconds()
                        + "."
                        + first.at().increment()
                        + "-"
                        + first.replicaSet().name();
        Optional<ClusterTime> through = decidedAt.or(() -> lostAt);
        Span span = new Span(first.at(), through, Optional.of(lastPrepare()), decidedAt, true);
        return new TopologyEvent(
                id,
                EventKind.PREPARED_TRANSACTION,
                "prepared transaction " + key,
                "",
                "",
                shards,
                span,
                outcome(),
                List.of(),
                prepares);
    }

    private Outcome outcome() {
        if (decidedAt.isPresent()) {
            return committed ? Outcome.COMPLETED : Outcome.ABORTED;
        }
        return lostAt.isPresent() ? Outcome.UNKNOWN : Outcome.OPEN;
    }
}
