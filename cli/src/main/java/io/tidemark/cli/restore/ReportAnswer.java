package io.tidemark.cli.restore;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.restore.report.CollectionReport;
import io.tidemark.restore.report.ReplicaSetReport;
import io.tidemark.restore.report.RestoreReport;
import io.tidemark.schemas.model.Counted;
import java.io.PrintStream;

/** What a restore did, in words and as JSON. */
record ReportAnswer(RestoreReport report) {
    private static final ObjectMapper JSON = new ObjectMapper();

    void words(PrintStream out) {
        out.printf("Restored to %s in %.1f s.%n", report.restoredTo(), report.seconds());
        report.replicaSets().forEach((name, set) -> words(out, name, set));
        report.transactions()
                .forEach(
                        t ->
                                out.printf(
                                        "  transaction %s: %s%s, by %s%n",
                                        t.id(),
                                        t.decision(),
                                        t.commitTimestamp().isEmpty()
                                                ? ""
                                                : " (committed at " + t.commitTimestamp() + ")",
                                        t.decidedBy()));
        if (report.orphansRemoved() > 0) {
            out.printf("  orphans removed: %,d %s%n", report.orphansRemoved(), report.orphans());
        }
        report.replaced()
                .forEach(
                        (name, kept) ->
                                out.printf(
                                        "  replaced: %s, %s%n",
                                        name, kept.isEmpty() ? gone() : "kept as " + kept));
        if (!report.rollback().isEmpty()) {
            out.println("  The way back, in mongosh:");
            report.rollback().forEach(command -> out.println("    " + command));
        }
        report.forced().forEach(why -> out.println("  FORCED though not safe: " + why));
        report.warnings().forEach(warning -> out.println("  Note: " + warning));
        report.problems().forEach(problem -> out.println("  DIFFERENT: " + problem));
        out.println(
                report.verified() ? "Verified: the target holds what it should." : "NOT verified.");
    }

    /** Views are not kept by another name, but by their definition. */
    private String gone() {
        return report.rollback().isEmpty()
                ? "which is gone"
                : "which is gone until the way back makes it anew";
    }

    private static void words(PrintStream out, String name, ReplicaSetReport set) {
        long documents =
                set.collections().values().stream().mapToLong(CollectionReport::documents).sum();
        out.printf(
                "  %-12s %s in %s; %s read, %,d applied over a base of %s%n",
                name,
                Counted.of(documents, "document"),
                Counted.of(set.collections().size(), "collection"),
                Counted.of(set.entriesRead(), "entry"),
                set.entriesApplied(),
                Counted.of(set.baseDocuments(), "document"));
        set.collections()
                .forEach(
                        (ns, c) ->
                                out.printf("    %-40s %,10d  %s%n", ns, c.documents(), c.hash()));
    }

    ObjectNode json() {
        return JSON.valueToTree(report);
    }
}
