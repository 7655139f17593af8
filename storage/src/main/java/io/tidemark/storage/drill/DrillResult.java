package io.tidemark.storage.drill;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.schemas.layout.ObjectKey;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.storage.json.CheckedJson;
import io.tidemark.storage.json.JsonFields;
import io.tidemark.storage.object.Body;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.storage.object.PutOutcome;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What one drill found; an object of its own, never changed.
 *
 * @param restoredTo the cluster time that was restored
 * @param policy by which that time is safe
 * @param target where to, in a word: {@code embedded} or {@code given}
 * @param problems what differed, in words; empty if the restore was proven
 * @param took from the plan to the end of verification
 * @param phases how each phase of the restore went, in their order
 * @param amounts what was to be done
 * @param documents that the target held in the end
 * @param transactions that were open at that time
 * @param orphansRemoved documents removed because another shard owned them
 */
public record DrillResult(
        ObjectKey.OfDrill key,
        ClusterTime restoredTo,
        String policy,
        String target,
        List<String> problems,
        Duration took,
        Map<String, PhaseCourse> phases,
        RestoreAmounts amounts,
        long documents,
        long transactions,
        long orphansRemoved) {
    /** As {@code target}: servers in the drill's own process. */
    public static final String EMBEDDED = "embedded";

    private static final int FORMAT = 1;
    private static final int MOST_BYTES = 16 * 1024 * 1024;

    public DrillResult {
        problems = List.copyOf(problems);
        phases = Collections.unmodifiableMap(new LinkedHashMap<>(phases));
    }

    /** True if the target held what it should. */
    public boolean isProven() {
        return problems.isEmpty();
    }

    /**
     * @throws io.tidemark.storage.object.FencedException if another drill began in that millisecond
     */
    public PutOutcome putTo(ObjectStore store) {
        return store.put(key.text(), Body.of(CheckedJson.bytes(json())));
    }

    /**
     * @throws io.tidemark.storage.object.DamagedObjectException if it is missing or damaged
     */
    public static DrillResult read(ObjectStore store, ObjectKey.OfDrill key) {
        JsonFields json = CheckedJson.parse(key.text(), store.readWhole(key.text(), MOST_BYTES));
        json.requireFormat(FORMAT);
        if (!json.text("key").equals(key.text())) {
            throw json.damaged("says of itself that it is " + json.text("key"));
        }
        return json.build(fields -> build(key, fields));
    }

    private ObjectNode json() {
        ObjectNode json =
                JsonFields.newObject()
                        .put("format", FORMAT)
                        .put("key", key.text())
                        .put("restoredTo", restoredTo.toString())
                        .put("policy", policy)
                        .put("target", target)
                        .put("tookMillis", took.toMillis());
        ObjectNode times = json.putObject("phaseMillis");
        phases.forEach((name, course) -> times.put(name, course.took().toMillis()));
        ObjectNode courses = json.putObject("courses");
        phases.forEach((name, course) -> put(courses, name, course.marks()));
        json.put("bytes", amounts.bytes())
                .put("baseBytes", amounts.baseBytes())
                .put("baseDocuments", amounts.baseDocuments())
                .put("entries", amounts.entries())
                .put("operations", amounts.operations())
                .put("indexEntries", amounts.indexEntries())
                .put("documents", documents)
                .put("transactions", transactions)
                .put("orphansRemoved", orphansRemoved);
        ArrayNode differences = json.putArray("problems");
        problems.forEach(problem -> differences.addObject().put("what", problem));
        return json;
    }

    private static DrillResult build(ObjectKey.OfDrill key, JsonFields json) {
        Map<String, PhaseCourse> phases = new LinkedHashMap<>();
        JsonFields times = json.object("phaseMillis");
        Optional<JsonFields> courses = json.optionalObject("courses");
        for (String name : times.names()) {
            Duration took = Duration.ofMillis(times.number(name));
            phases.put(name, new PhaseCourse(took, marks(courses, name)));
        }
        return new DrillResult(
                key,
                json.clusterTime("restoredTo"),
                json.text("policy"),
                json.text("target"),
                json.objects("problems").stream().map(problem -> problem.text("what")).toList(),
                Duration.ofMillis(json.number("tookMillis")),
                phases,
                new RestoreAmounts(
                        json.number("bytes"),
                        json.number("baseBytes"),
                        json.number("baseDocuments"),
                        json.number("entries"),
                        json.optionalNumber("operations").orElse(json.number("entries")),
                        json.number("indexEntries")),
                json.number("documents"),
                json.number("transactions"),
                json.number("orphansRemoved"));
    }

    private static void put(ObjectNode courses, String phase, List<PhaseCourse.Mark> marks) {
        if (marks.isEmpty()) {
            return;
        }
        ArrayNode list = courses.putArray(phase);
        for (PhaseCourse.Mark mark : marks) {
            list.addObject().put("done", mark.done()).put("millis", mark.after().toMillis());
        }
    }

    /** Results of earlier versions tell none. */
    private static List<PhaseCourse.Mark> marks(Optional<JsonFields> courses, String phase) {
        return courses.map(all -> all.objects(phase)).orElse(List.of()).stream()
                .map(
                        mark ->
                                new PhaseCourse.Mark(
                                        mark.number("done"),
                                        Duration.ofMillis(mark.number("millis"))))
                .toList();
    }
}
