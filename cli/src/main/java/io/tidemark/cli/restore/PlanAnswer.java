package io.tidemark.cli.restore;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.restore.PreparedRestore;
import io.tidemark.restore.external.HeldBase;
import io.tidemark.restore.plan.ReplicaSetPlan;
import io.tidemark.restore.plan.RestorePlan;
import io.tidemark.restore.timeline.TimeGuard;
import io.tidemark.schemas.model.ReplicaSetRole;
import io.tidemark.timeline.window.Policy;
import io.tidemark.timeline.window.UnsafeInterval;
import java.io.PrintStream;

/** A plan, in words and as JSON. */
record PlanAnswer(PreparedRestore prepared, Policy policy) {
    private RestorePlan plan() {
        return prepared.plan();
    }

    void words(PrintStream out) {
        out.printf(
                "Restore to %s (%s), policy %s:%n",
                plan().to(), plan().to().toInstant(), policy.code());
        for (UnsafeInterval unsafe : prepared.forced()) {
            out.println("  FORCED though not safe: " + TimeGuard.words(unsafe));
        }
        for (ReplicaSetPlan set : plan().replicaSets()) {
            out.printf(
                    "  %-12s %-14s %s, then %,d slices; archived through %s%n",
                    set.replicaSet(),
                    set.role().map(ReplicaSetRole::toString).orElse("replica set"),
                    heldOrStored(set),
                    set.links().size(),
                    set.archivedThrough());
        }
    }

    private String heldOrStored(ReplicaSetPlan set) {
        HeldBase held = prepared.held().get(set.replicaSet());
        return held != null
                ? "what its target holds, of " + held.asOf()
                : set.base()
                        .map(base -> "base " + base.snapshotId())
                        .orElse("from its first entry");
    }

    ObjectNode json() {
        ObjectNode json =
                JsonNodeFactory.instance
                        .objectNode()
                        .put("restoredTo", plan().to().toString())
                        .put("policy", policy.code())
                        .put("timeline", prepared.origin().code());
        ArrayNode forced = json.putArray("forced");
        prepared.forced().forEach(unsafe -> forced.add(TimeGuard.words(unsafe)));
        ObjectNode sets = json.putObject("replicaSets");
        for (ReplicaSetPlan set : plan().replicaSets()) {
            ObjectNode one = sets.putObject(set.replicaSet().name());
            set.role().ifPresent(role -> one.put("role", role.toString()));
            one.put("incarnation", set.life().incarnation().toString());
            set.base().ifPresent(base -> one.put("base", base.snapshotId()));
            HeldBase held = prepared.held().get(set.replicaSet());
            if (held != null) {
                one.put("baseTime", held.asOf().toString());
            }
            one.put("replayAfter", set.replayAfter().toString())
                    .put("slices", set.links().size())
                    .put("archivedThrough", set.archivedThrough().toString())
                    .put("entriesRead", 0)
                    .put("entriesApplied", 0)
                    .putObject("collections");
        }
        // The fields of a restore's answer, for readers of both: a plan reads and writes nothing.
        json.putArray("transactions");
        return json.put("orphansRemoved", 0).put("verified", false).put("seconds", 0.0);
    }
}
