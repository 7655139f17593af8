package io.tidemark.capture.tail;

import io.tidemark.schemas.model.Gap;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.model.Optime;
import io.tidemark.schemas.model.ReplicaSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a tailer says about its changes of state; nothing per entry. */
final class TailLog {
    private static final Logger LOGGER = LoggerFactory.getLogger(OplogTailer.class);
    private final ReplicaSet replicaSet;

    TailLog(ReplicaSet replicaSet) {
        this.replicaSet = replicaSet;
    }

    void begins(Incarnation incarnation, Optime from) {
        LOGGER.atInfo()
                .addKeyValue("replicaSet", replicaSet)
                .addKeyValue("incarnation", incarnation)
                .addKeyValue("clusterTime", from.clusterTime())
                .log("The record of this replica set begins");
    }

    void tailing(OplogMember member, Optime last) {
        LOGGER.atInfo()
                .addKeyValue("replicaSet", replicaSet)
                .addKeyValue("member", member)
                .addKeyValue("clusterTime", last.clusterTime())
                .log("Tailing the oplog");
    }

    /** The alarm: needs a person, as a base snapshot must be taken. */
    void gap(Gap gap) {
        LOGGER.atError()
                .addKeyValue("replicaSet", replicaSet)
                .addKeyValue("after", gap.after())
                .addKeyValue("through", gap.through())
                .log(gap.reason());
    }

    void heldUp(TailState state, RuntimeException error, boolean needsPerson) {
        (needsPerson ? LOGGER.atError() : LOGGER.atWarn())
                .addKeyValue("replicaSet", replicaSet)
                .addKeyValue("state", state.word())
                .addKeyValue("error", error.getMessage())
                .log("Capture of this replica set is held up; trying again");
    }

    void stopped(Optime last, String why) {
        LOGGER.atInfo()
                .addKeyValue("replicaSet", replicaSet)
                .addKeyValue("clusterTime", last.clusterTime())
                .addKeyValue("why", why)
                .log("Stopped tailing");
    }

    void ended(TailState state, RuntimeException error) {
        boolean needsPerson = state instanceof TailState.Diverged;
        (needsPerson ? LOGGER.atError() : LOGGER.atWarn())
                .addKeyValue("replicaSet", replicaSet)
                .addKeyValue("state", state.word())
                .setCause(needsPerson ? error : null)
                .log(error.getMessage());
    }
}
