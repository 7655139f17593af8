package io.tidemark.timeline.pair;

import io.tidemark.timeline.event.EventKind;
import io.tidemark.timeline.event.Outcome;
import io.tidemark.timeline.tag.Fact;
import java.time.Duration;

/**
 * Resharding, unsharding and moving of collections, by reshardingUUID. While data is copied the
 * source collection is whole and in charge; from the blocking of writes until the end the
 * collection changes over. 5.x and 6.x never log {@code done}: then the coordinator's document ends
 * it.
 */
final class ReshardPairing {
    /** After the last state line where the coordinator's own document was never seen. */
    private static final Duration CHANGE_OVER = Duration.ofMinutes(10);

    /** What is waited for until the document goes. */
    private static final String DOCUMENT = "resharding";

    private final Operations operations;

    ReshardPairing(Operations operations) {
        this.operations = operations;
    }

    void line(Moment moment, Fact.LogLine line) {
        String uuid = line.details().string("reshardingUUID").orElse("");
        String state = line.details().string("newState").orElse("");
        String key = "reshard|" + (uuid.isEmpty() ? line.ns() : uuid);
        boolean known = operations.find(key).isPresent();
        boolean goesOn = !known && !uuid.isEmpty() && operations.reopen(key).isPresent();
        if (!known && !goesOn && operations.recall(key).isPresent()) {
            // Quiesced after done, or logged again after a failover.
            return;
        }
        Operation op = operation(moment, key, line.ns());
        if (goesOn) {
            // Until its document goes, as before the hole in which it seemed to have ended.
            op.waitingFor.add(moment.token(DOCUMENT));
        }
        enter(moment, op, state);
    }

    void document(Moment moment, Fact.ReshardWrite write) {
        String key = "reshard|" + write.uuid();
        boolean known = operations.find(key).isPresent() || operations.reopen(key).isPresent();
        if (write.removed()) {
            operations.find(key).ifPresent(op -> end(moment, op));
            return;
        }
        if (!known && (operations.recall(key).isPresent() || write.ns().isEmpty())) {
            return;
        }
        Operation op = operation(moment, key, write.ns());
        op.waitingFor.add(moment.token(DOCUMENT));
        switch (write.provenance()) {
            case "moveCollection", "balancerMoveCollection" -> op.kind = EventKind.MOVE_COLLECTION;
            case "unshardCollection" -> op.kind = EventKind.UNSHARD_COLLECTION;
            default -> {
                // Plain resharding, or a version before provenance was written.
            }
        }
        if (!write.state().isEmpty()) {
            enter(moment, op, write.state());
        }
    }

    private Operation operation(Moment moment, String key, String ns) {
        Operation op =
                operations.openOrJoin(
                        moment, EventKind.RESHARD_COLLECTION, key, "reshardCollection", ns);
        op.patient = true;
        return op;
    }

    private void enter(Moment moment, Operation op, String state) {
        op.saw(moment, "resharding " + state);
        switch (state) {
            case "blocking-writes" -> op.critical(moment.at());
            case "committing" -> {
                op.critical(moment.at()).decided(moment.at(), Outcome.COMPLETED);
                op.maybeOver(moment.at(), CHANGE_OVER);
            }
            case "aborting" -> {
                if (op.decidedAt == null) {
                    op.hint = Outcome.ABORTED;
                }
                op.maybeOver(moment.at(), CHANGE_OVER);
            }
            case "done", "quiesced" -> end(moment, op);
            default -> {
                // Copying: the source collection stays in charge.
            }
        }
    }

    private void end(Moment moment, Operation op) {
        operations.close(op, moment.at(), op.hint);
    }
}
