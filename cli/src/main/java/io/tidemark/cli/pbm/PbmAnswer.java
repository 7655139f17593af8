package io.tidemark.cli.pbm;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.cli.dump.ImportAnswer;
import io.tidemark.cli.dump.ReplicaSetImport;
import io.tidemark.schemas.model.ClusterTime;
import java.io.PrintStream;
import java.util.Comparator;
import java.util.List;

/**
 * What came of importing a bucket, in words and as JSON.
 *
 * @param assumeContiguous whether the operator overruled silences
 */
public record PbmAnswer(PbmImport.Result result, boolean assumeContiguous) {

    public void words(PrintStream out) {
        result.replicaSets().forEach(set -> new ImportAnswer(set, assumeContiguous).words(out));
        result.notes().forEach(note -> out.println("Note: " + note));
    }

    /** Sums over all replica sets, and each of them as an import of it alone would be told. */
    public ObjectNode json() {
        List<ReplicaSetImport.Result> sets = result.replicaSets();
        ObjectNode json =
                JsonNodeFactory.instance
                        .objectNode()
                        .put("entries", sets.stream().mapToLong(s -> s.oplog().entries()).sum())
                        .put(
                                "duplicates",
                                sets.stream().mapToLong(s -> s.oplog().duplicates()).sum())
                        .put("slices", sets.stream().mapToLong(s -> s.oplog().slices()).sum())
                        .put(
                                "documents",
                                sets.stream().mapToLong(ReplicaSetImport.Result::documents).sum())
                        .put("from", earliest(sets).toString())
                        .put("through", latest(sets).toString());
        ArrayNode backups = json.putArray("backups");
        result.backups().forEach(backups::add);
        ObjectNode replicaSets = json.putObject("replicaSets");
        sets.forEach(
                set ->
                        replicaSets.set(
                                set.replicaSet().name(),
                                new ImportAnswer(set, assumeContiguous).json()));
        ArrayNode notes = json.putArray("notes");
        result.notes().forEach(notes::add);
        return json;
    }

    private static ClusterTime earliest(List<ReplicaSetImport.Result> sets) {
        return sets.stream()
                .map(set -> set.oplog().from())
                .min(Comparator.naturalOrder())
                .orElseThrow();
    }

    private static ClusterTime latest(List<ReplicaSetImport.Result> sets) {
        return sets.stream()
                .map(set -> set.oplog().through())
                .max(Comparator.naturalOrder())
                .orElseThrow();
    }
}
