package io.tidemark.cli.operation;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.schemas.avro.OperationRecord;
import io.tidemark.schemas.avro.OperationShare;
import io.tidemark.schemas.model.Counted;
import java.io.PrintStream;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** One operation, in words and as JSON. */
public record OperationAnswer(OperationRecord operation) {
    private static final Set<String> ENDS = Set.of("done", "failed", "cancelled", "refused");
    private static final long MIB = 1L << 20;

    /** All that go on, and the last that ended; the newest first. */
    public static List<OperationAnswer> newest(Stream<OperationRecord> all, int ended) {
        List<OperationAnswer> sorted =
                all.map(OperationAnswer::new)
                        .sorted(
                                Comparator.comparing(
                                        (OperationAnswer a) -> -a.operation().getIssuedMillis()))
                        .toList();
        List<OperationAnswer> over =
                sorted.stream().filter(OperationAnswer::isOver).limit(ended).toList();
        return sorted.stream().filter(a -> !a.isOver() || over.contains(a)).toList();
    }

    /** Nothing changes any more. */
    public boolean isOver() {
        return ENDS.contains(operation.getPhase());
    }

    /** Somebody leads it, or did. */
    public boolean isBegun() {
        return !operation.getLeader().isEmpty();
    }

    /** Agents that can't work on a replica set now, and why. */
    public String unsuitable() {
        return operation.getReplicaSets().stream()
                .flatMap(
                        set ->
                                set.getUnsuitable().entrySet().stream()
                                        .map(
                                                e ->
                                                        "%s on %s: %s"
                                                                .formatted(
                                                                        e.getKey(),
                                                                        set.getReplicaSet(),
                                                                        e.getValue())))
                .sorted()
                .collect(Collectors.joining("; "));
    }

    public void words(PrintStream out) {
        out.printf(
                "  %s %s: %s since %s%s%s%n",
                operation.getKind(),
                operation.getOperationId(),
                operation.getPhase(),
                Instant.ofEpochMilli(operation.getIssuedMillis()),
                isBegun() ? ", led by " + operation.getLeader() : "",
                operation.getWhy() == null ? "" : "; " + operation.getWhy());
        if (!isOver()) {
            operation.getReplicaSets().forEach(set -> words(set, out));
        }
    }

    private static void words(OperationShare set, PrintStream out) {
        out.printf(
                "    %-12s %s%s: %,d of about %s, %,d of about %,d MiB%s%n",
                set.getReplicaSet(),
                set.getPhase(),
                set.getOwner().isEmpty() ? "" : " by " + set.getOwner(),
                set.getDocuments(),
                Counted.of(set.getExpectedDocuments(), "document"),
                set.getBytes() / MIB,
                set.getExpectedBytes() / MIB,
                set.getWhy() == null ? "" : "; last error: " + set.getWhy());
        set.getUnsuitable().forEach((agent, why) -> out.printf("      %s can't: %s%n", agent, why));
    }

    public ObjectNode json() {
        ObjectNode json =
                JsonNodeFactory.instance
                        .objectNode()
                        .put("id", operation.getOperationId())
                        .put("kind", operation.getKind())
                        .put("phase", operation.getPhase().toLowerCase(Locale.ROOT))
                        .put("leader", operation.getLeader())
                        .put("why", operation.getWhy())
                        .put("issuedAt", time(operation.getIssuedMillis()))
                        .put("updatedAt", time(operation.getUpdatedMillis()));
        operation.getPlan().forEach(json.putObject("plan")::put);
        operation.getFacts().forEach(json.putObject("facts")::put);
        ObjectNode sets = json.putObject("replicaSets");
        operation.getReplicaSets().forEach(set -> json(set, sets.putObject(set.getReplicaSet())));
        return json;
    }

    private static void json(OperationShare set, ObjectNode json) {
        json.put("phase", set.getPhase())
                .put("owner", set.getOwner())
                .put("attempts", set.getAttempts())
                .put("documents", set.getDocuments())
                .put("bytes", set.getBytes())
                .put("expectedDocuments", set.getExpectedDocuments())
                .put("expectedBytes", set.getExpectedBytes())
                .put("why", set.getWhy());
        set.getUnsuitable().forEach(json.putObject("unsuitable")::put);
    }

    private static String time(long millis) {
        return Instant.ofEpochMilli(millis).toString();
    }
}
