package io.tidemark.cli.prune;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.schemas.layout.BasePlace;
import io.tidemark.schemas.model.Counted;
import io.tidemark.storage.retention.PrunePlan;
import io.tidemark.storage.retention.UnfinishedBase.Fate;
import java.io.PrintStream;
import java.util.Optional;
import java.util.Set;

/**
 * What went or would go, and why the rest stays.
 *
 * @param plan empty if only holds were changed
 */
record PruneAnswer(boolean dryRun, Set<String> held, Optional<PrunePlan> plan) {

    void words(PrintStream out) {
        plan.ifPresent(chosen -> words(chosen, out));
        out.println(held.isEmpty() ? "No snapshot is held." : "Held: " + String.join(", ", held));
    }

    private void words(PrunePlan chosen, PrintStream out) {
        out.printf(
                "%s %s, %s, %s, %s; %s.%n",
                dryRun ? "Would remove" : "Removed",
                Counted.of(chosen.bases().size(), "base"),
                new Counted(chosen.parts().size(), "part of a base", "parts of bases"),
                new Counted(chosen.ranges().size(), "slice or gap", "slices and gaps"),
                new Counted(chosen.windows().size(), "picture of windows", "pictures of windows"),
                Counted.of(chosen.sizeBytes(), "byte"));
        bases(chosen, out);
        reasonsToStay(chosen, out);
        out.printf("Oplogs stay from %s on.%n", chosen.after());
    }

    private void bases(PrunePlan chosen, PrintStream out) {
        chosen.bases()
                .forEach(
                        place ->
                                out.printf(
                                        "  %-9s %s of %s%n",
                                        dryRun ? "would go" : "gone",
                                        place.snapshotId(),
                                        place.replicaSet()));
        chosen.unfinished()
                .forEach(
                        base ->
                                out.printf(
                                        "  %-9s what unfinished %s left of %s: %s%n",
                                        base.fate() == Fate.STAYS
                                                ? "stays"
                                                : dryRun ? "would go" : "gone",
                                        base.place().snapshotId(),
                                        base.place().replicaSet(),
                                        base.why()));
    }

    private static void reasonsToStay(PrunePlan chosen, PrintStream out) {
        chosen.kept()
                .forEach(
                        (base, why) ->
                                out.printf(
                                        "  stays     %s of %s, usable from %s: %s%n",
                                        base.place().snapshotId(),
                                        base.place().replicaSet(),
                                        base.usableFrom(),
                                        why));
        chosen.births()
                .forEach(
                        (life, why) ->
                                out.printf(
                                        "  stays     all of %s, restored from its first entry:"
                                                + " %s%n",
                                        life, why));
        chosen.standbys()
                .forEach(
                        standby ->
                                out.printf(
                                        "  stays     oplogs after %s: standby %s, last seen %s,"
                                                + " needs them (kept until %s)%n",
                                        standby.needsAfter(),
                                        standby.name(),
                                        standby.key().seenAt(),
                                        standby.holdsUntil()));
    }

    ObjectNode json() {
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("dryRun", dryRun);
        ArrayNode holds = json.putArray("holds");
        held.forEach(holds::add);
        plan.ifPresentOrElse(chosen -> json(chosen, json), () -> json.putNull("removed"));
        return json;
    }

    private static void json(PrunePlan chosen, ObjectNode json) {
        ObjectNode removed =
                json.putObject("removed")
                        .put("objects", chosen.objects())
                        .put("bytes", chosen.sizeBytes())
                        .put("parts", chosen.parts().size())
                        .put("slices", chosen.ranges().size())
                        .put("windows", chosen.windows().size());
        ArrayNode bases = removed.putArray("bases");
        chosen.bases().forEach(place -> place(place, bases.addObject()));
        ArrayNode unfinished = json.putArray("unfinished");
        chosen.unfinished()
                .forEach(
                        base ->
                                place(base.place(), unfinished.addObject())
                                        .put("removed", base.fate() != Fate.STAYS)
                                        .put("why", base.why()));
        kept(chosen, json.putObject("kept"));
    }

    private static void kept(PrunePlan chosen, ObjectNode kept) {
        kept.put("oplogsAfter", chosen.after().toString());
        ArrayNode stays = kept.putArray("bases");
        chosen.kept()
                .forEach(
                        (base, why) ->
                                place(base.place(), stays.addObject())
                                        .put("usableFrom", base.usableFrom().toString())
                                        .put("why", why));
        ArrayNode standbys = kept.putArray("standbys");
        chosen.standbys()
                .forEach(
                        standby ->
                                standbys.addObject()
                                        .put("name", standby.name())
                                        .put("id", standby.key().id().toString())
                                        .put("oplogsAfter", standby.needsAfter().toString())
                                        .put("lastSeen", standby.key().seenAt().toString())
                                        .put("keepsUntil", standby.holdsUntil().toString()));
        ArrayNode births = kept.putArray("births");
        chosen.births()
                .forEach(
                        (life, why) ->
                                births.addObject()
                                        .put("replicaSet", life.replicaSet().name())
                                        .put("incarnation", life.incarnation().id())
                                        .put("why", why));
    }

    private static ObjectNode place(BasePlace place, ObjectNode json) {
        return json.put("snapshot", place.snapshotId())
                .put("replicaSet", place.replicaSet().name())
                .put("incarnation", place.incarnation().id());
    }
}
