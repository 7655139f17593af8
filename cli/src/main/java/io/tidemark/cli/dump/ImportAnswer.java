package io.tidemark.cli.dump;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.schemas.model.Counted;
import java.io.PrintStream;

/**
 * What came of importing one replica set, in words and as JSON.
 *
 * @param assumeContiguous whether the operator overruled silences
 */
public record ImportAnswer(ReplicaSetImport.Result result, boolean assumeContiguous) {

    public void words(PrintStream out) {
        OplogImport.Outcome oplog = result.oplog();
        out.printf(
                "Imported %s (%s): %s from %s to %s in %s (%s left out)%n",
                result.replicaSet(),
                result.role(),
                Counted.of(oplog.entries(), "entry"),
                oplog.from(),
                oplog.through(),
                Counted.of(oplog.slices(), "slice"),
                Counted.of(oplog.duplicates(), "duplicate"));
        for (ReplicaSetImport.StoredBase base : result.bases()) {
            words(base, out);
        }
        if (result.bases().isEmpty()) {
            out.println(withoutDump());
        }
        for (OplogFiles.Joint joint : result.unproven()) {
            out.println(warning(joint));
        }
        if (!assumeContiguous) {
            result.silences().forEach((file, silence) -> out.println(warning(file, silence)));
        }
    }

    private static void words(ReplicaSetImport.StoredBase base, PrintStream out) {
        out.printf(
                "and a base of %s in %s%s, which serves restores to %s and later.%n",
                Counted.of(base.documents(), "document"),
                Counted.of(base.collections(), "collection"),
                base.backup().isEmpty() ? "" : " (backup " + base.backup() + ")",
                base.usableFrom());
        if (!base.lackingMetadata().isEmpty()) {
            out.println(
                    "WARNING: the dump has no .metadata.json of "
                            + base.lackingMetadata()
                            + ": their options and indexes are unknown, and a restore makes only"
                            + " those that the oplog tells. Add the files and import again.");
        }
        if (!base.leftOut().isEmpty()) {
            out.println(
                    "WARNING: left out: "
                            + String.join(", ", base.leftOut())
                            + ". Users and roles come in from a dump of admin, as a dump of the"
                            + " whole server has it.");
        }
    }

    private String withoutDump() {
        return result.fromBirth()
                ? "from the replica set's first entry on: restores need no base."
                : "and no dump: restores need a base that is in the archive already.";
    }

    private String warning(OplogFiles.Joint joint) {
        return joint.isGap(assumeContiguous)
                ? "GAP: "
                        + joint.gap().reason()
                        + ". No restore crosses it; import what is missing."
                : "Not proven: "
                        + joint.before()
                        + " ends with "
                        + joint.after()
                        + " and "
                        + joint.behind()
                        + " begins with "
                        + joint.next()
                        + "; they share no entry and are taken as consecutive.";
    }

    /** Not a gap: a server may have been held up, and most files are as their tool wrote them. */
    private static String warning(String file, OplogContent.Silence silence) {
        return "Not proven: "
                + file
                + " has no entry between "
                + silence.after()
                + " and "
                + silence.next()
                + ", "
                + silence.seconds()
                + " s, though a primary writes one every 10 s unless its noops are off. If the"
                + " file was put together of several, one is missing.";
    }

    public ObjectNode json() {
        OplogImport.Outcome oplog = result.oplog();
        ObjectNode json =
                JsonNodeFactory.instance
                        .objectNode()
                        .put("replicaSet", result.replicaSet().name())
                        .put("role", result.role().toString())
                        .put("entries", oplog.entries())
                        .put("duplicates", oplog.duplicates())
                        .put("slices", oplog.slices())
                        .put("documents", result.documents())
                        .put(
                                "collections",
                                result.bases().stream()
                                        .mapToInt(ReplicaSetImport.StoredBase::collections)
                                        .sum())
                        .put("from", oplog.from().toString())
                        .put("through", oplog.through().toString());
        ArrayNode bases = json.putArray("bases");
        ArrayNode lacking = json.putArray("lackingMetadata");
        ArrayNode leftOut = json.putArray("leftOut");
        for (ReplicaSetImport.StoredBase base : result.bases()) {
            // Of several bases the first: from then on restores are possible.
            if (!json.has("usableFrom")) {
                json.put("usableFrom", base.usableFrom().toString());
            }
            bases.addObject()
                    .put("id", base.id())
                    .put("backup", base.backup())
                    .put("usableFrom", base.usableFrom().toString())
                    .put("documents", base.documents());
            base.lackingMetadata().forEach(namespace -> lacking.add(namespace.toString()));
            base.leftOut().forEach(leftOut::add);
        }
        putJoints(json);
        return json;
    }

    private void putJoints(ObjectNode json) {
        ArrayNode gaps = json.putArray("gaps");
        result.oplog()
                .gaps()
                .forEach(
                        gap ->
                                gaps.addObject()
                                        .put("after", gap.after().toString())
                                        .put("through", gap.through().toString())
                                        .put("reason", gap.reason()));
        ArrayNode unproven = json.putArray("unproven");
        result.unproven()
                .forEach(
                        joint ->
                                unproven.addObject()
                                        .put("after", joint.after().toString())
                                        .put("next", joint.next().toString())
                                        .put("before", joint.before())
                                        .put("behind", joint.behind()));
        ArrayNode silences = json.putArray("silences");
        result.silences()
                .forEach(
                        (file, silence) ->
                                silences.addObject()
                                        .put("file", file)
                                        .put("after", silence.after().toString())
                                        .put("next", silence.next().toString()));
    }
}
