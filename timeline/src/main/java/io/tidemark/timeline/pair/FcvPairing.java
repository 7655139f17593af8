package io.tidemark.timeline.pair;

import io.tidemark.timeline.event.EventKind;
import io.tidemark.timeline.event.Outcome;
import io.tidemark.timeline.tag.Fact;

/**
 * Changes of the feature compatibility version: each replica set passes through a transitional
 * version; it is over when none is left in one.
 */
final class FcvPairing {
    private static final String KEY = "setFCV";
    private final Operations operations;

    FcvPairing(Operations operations) {
        this.operations = operations;
    }

    void version(Moment moment, Fact.FcvWrite write) {
        boolean unknown = operations.find(KEY).isEmpty() && !write.transitional();
        Operation op =
                operations.openOrJoin(
                        moment, EventKind.SET_FCV, KEY, "setFeatureCompatibilityVersion", "");
        if (unknown) {
            // Its transitional version was written before the record began, or in a hole of it.
            op.startSeen = false;
            op.from = operations.earliestBefore(moment.at());
            op.critical(op.from);
        }
        String token = moment.token("version");
        String step = write.transitional() ? "version in transition" : "version " + write.version();
        op.on(moment.shard()).critical(moment.at()).saw(moment, step);
        if (write.transitional()) {
            op.waitingFor.add(token);
        } else {
            op.waitingFor.remove(token);
            op.decidedAt = moment.at();
            op.hint = Outcome.COMPLETED;
            op.maybeOver(moment.at(), operations.limits().settle());
        }
    }
}
