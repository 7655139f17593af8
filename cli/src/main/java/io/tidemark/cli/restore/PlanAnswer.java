package io.tidemark.cli.restore;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.restore.PreparedRestore;
import io.tidemark.restore.RestorePreview;
import io.tidemark.restore.estimate.RestoreEstimate;
import io.tidemark.restore.estimate.SetAmounts;
import io.tidemark.restore.external.HeldBase;
import io.tidemark.restore.plan.ReplicaSetPlan;
import io.tidemark.restore.plan.RestorePlan;
import io.tidemark.restore.timeline.TimeGuard;
import io.tidemark.schemas.model.Counted;
import io.tidemark.schemas.model.ReplicaSetRole;
import io.tidemark.storage.drill.DrillResult;
import io.tidemark.timeline.window.Policy;
import io.tidemark.timeline.window.UnsafeInterval;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** A plan, in words and as JSON. */
record PlanAnswer(PreparedRestore prepared, RestorePreview preview, Policy policy) {
    private RestorePlan plan() {
        return prepared.plan();
    }

    private SetAmounts amounts(ReplicaSetPlan set) {
        return preview.sets().get(set.replicaSet());
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
                    "  %-12s %-14s %s, then %s: %s, %s, %s%s%n",
                    set.replicaSet(),
                    set.role().map(ReplicaSetRole::toString).orElse("replica set"),
                    heldOrStored(set),
                    Counted.of(amounts(set).slices(), "slice"),
                    Counted.of(amounts(set).amounts().bytes(), "byte"),
                    Counted.of(amounts(set).amounts().baseDocuments(), "document"),
                    amounts(set).exact() ? "" : "about ",
                    Counted.of(amounts(set).amounts().entries(), "entry"));
        }
        preview.transactions().forEach(transaction -> words(out, transaction));
        words(out, preview.estimate());
    }

    private static void words(PrintStream out, RestorePreview.OpenTransaction transaction) {
        out.printf(
                "  open: transaction %s, prepared at %s on %s: %s%s, by %s%n",
                transaction.report().id(),
                transaction.preparedAt(),
                transaction.replicaSets(),
                transaction.report().decision(),
                transaction.report().commitTimestamp().isEmpty()
                        ? ""
                        : " (committed at " + transaction.report().commitTimestamp() + ")",
                transaction.report().decidedBy());
    }

    private static void words(PrintStream out, RestoreEstimate estimate) {
        StringBuilder phases = new StringBuilder();
        estimate.phases()
                .forEach(
                        (phase, time) -> {
                            if (time.toMillis() >= 100) {
                                phases.append(phases.isEmpty() ? "" : ", ")
                                        .append(phase.name().toLowerCase(Locale.ROOT))
                                        .append(
                                                String.format(
                                                        Locale.ROOT,
                                                        " %.1f s",
                                                        time.toMillis() / 1e3));
                            }
                        });
        out.printf(
                "  takes about %.1f s, %.1f to %.1f (%s), by %s%n",
                estimate.total().toMillis() / 1e3,
                estimate.least().toMillis() / 1e3,
                estimate.most().toMillis() / 1e3,
                phases,
                basis(estimate.by()));
    }

    private static String basis(List<DrillResult> drills) {
        if (drills.isEmpty()) {
            return "default rates: a drill would tell better";
        }
        DrillResult last = drills.get(0);
        return (drills.size() == 1 ? "the drill of " : drills.size() + " drills, the last of ")
                + last.key().startedAt()
                + (last.target().equals(DrillResult.EMBEDDED)
                        ? " into embedded servers, which are no measure of real ones"
                        : "");
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
        json.put("bytes", preview.amounts().bytes())
                .put("baseBytes", preview.amounts().baseBytes())
                .put("baseDocuments", preview.amounts().baseDocuments())
                .put("entries", preview.amounts().entries())
                .put("entriesExact", preview.isExact());
        json.set("estimate", json(preview.estimate()));
        ObjectNode sets = json.putObject("replicaSets");
        plan().replicaSets().forEach(set -> sets.set(set.replicaSet().name(), json(set)));
        ArrayNode transactions = json.putArray("transactions");
        preview.transactions().forEach(transaction -> transactions.add(json(transaction)));
        // The fields of a restore's answer, for readers of both: a plan reads and writes nothing.
        return json.put("orphansRemoved", 0).put("verified", false).put("seconds", 0.0);
    }

    private ObjectNode json(ReplicaSetPlan set) {
        ObjectNode one = JsonNodeFactory.instance.objectNode();
        set.role().ifPresent(role -> one.put("role", role.toString()));
        one.put("incarnation", set.life().incarnation().toString());
        set.base().ifPresent(base -> one.put("base", base.snapshotId()));
        HeldBase held = prepared.held().get(set.replicaSet());
        if (held != null) {
            one.put("baseTime", held.asOf().toString());
        }
        SetAmounts amounts = amounts(set);
        one.put("replayAfter", set.replayAfter().toString())
                .put("slices", amounts.slices())
                .put("bytes", amounts.amounts().bytes())
                .put("baseBytes", amounts.amounts().baseBytes())
                .put("baseDocuments", amounts.amounts().baseDocuments())
                .put("entries", amounts.amounts().entries())
                .put("entriesExact", amounts.exact())
                .put("entriesRead", 0)
                .put("entriesApplied", 0)
                .putObject("collections");
        return one;
    }

    private static ObjectNode json(RestoreEstimate estimate) {
        ObjectNode json =
                JsonNodeFactory.instance
                        .objectNode()
                        .put("seconds", estimate.total().toMillis() / 1e3)
                        .put("leastSeconds", estimate.least().toMillis() / 1e3)
                        .put("mostSeconds", estimate.most().toMillis() / 1e3)
                        .put("by", estimate.by().isEmpty() ? "defaults" : "drill")
                        .put("drills", estimate.by().size());
        Optional<DrillResult> last = estimate.by().stream().findFirst();
        json.put("drill", last.map(drill -> drill.key().text()).orElse(null))
                .put("drilledInto", last.map(DrillResult::target).orElse(null));
        ObjectNode phases = json.putObject("phases");
        estimate.phases()
                .forEach(
                        (phase, time) ->
                                phases.put(
                                        phase.name().toLowerCase(Locale.ROOT),
                                        time.toMillis() / 1e3));
        return json;
    }

    private static ObjectNode json(RestorePreview.OpenTransaction transaction) {
        ObjectNode json =
                JsonNodeFactory.instance
                        .objectNode()
                        .put("id", transaction.report().id())
                        .put("preparedAt", transaction.preparedAt().toString())
                        .put("commitTimestamp", transaction.report().commitTimestamp())
                        .put("decision", transaction.report().decision())
                        .put("decidedBy", transaction.report().decidedBy());
        ArrayNode sets = json.putArray("replicaSets");
        transaction.replicaSets().forEach(set -> sets.add(set.name()));
        return json;
    }
}
