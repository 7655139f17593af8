package io.tidemark.cli.imports;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.restore.timeline.ArchivedCluster;
import io.tidemark.restore.timeline.ClusterTimeline;
import java.io.PrintStream;

/** What an import says of the cluster's timeline. */
record ImportedTimeline(ArchivedCluster cluster) {

    void print(PrintStream out) {
        if (cluster instanceof ArchivedCluster.Whole whole) {
            whole.timeline().notes().forEach(out::println);
            out.printf(
                    "All known members are archived; the timeline is stored up to %s: 'tidemark"
                            + " windows' tells it.%n",
                    whole.timeline().watermark());
        } else if (cluster instanceof ArchivedCluster.Incomplete incomplete) {
            out.println("No timeline was stored: " + incomplete.words());
        }
    }

    /** {@code {complete, watermark, missing, words}}; {@code watermark} is null if incomplete. */
    ObjectNode json() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        boolean complete = cluster instanceof ArchivedCluster.Whole;
        json.put("complete", complete);
        json.put("watermark", complete ? timeline().watermark().toString() : null);
        ArrayNode missing = json.putArray("missing");
        ArrayNode words = json.putArray("words");
        if (cluster instanceof ArchivedCluster.Incomplete incomplete) {
            incomplete.missing().forEach(set -> missing.add(set.name()));
            words.add(incomplete.words());
        } else {
            timeline().notes().forEach(words::add);
        }
        return json;
    }

    private ClusterTimeline timeline() {
        return ((ArchivedCluster.Whole) cluster).timeline();
    }
}
