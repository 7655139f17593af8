package io.tidemark.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tidemark.cli.TidemarkMain;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.oplog.OplogEntry;
import io.tidemark.storage.object.FileObjectStore;
import io.tidemark.storage.object.ObjectStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * How well a plan tells what its restore takes: drills to half and to an eighth of an archive, then
 * restores to other parts of it, each beside what plans told by one of the drills, and by both. As
 * an operator does it: every drill, plan and restore is the command, in a process of its own, and
 * what restores begin with (a JVM that has compiled nothing yet) is part of it.
 */
final class RtoBenchmark {
    private static final Map<String, Double> SIZES =
            new TreeMap<>(Map.of("quarter", 0.25, "threeQuarters", 0.75, "whole", 1.0));

    /**
     * The simulated servers' code is compiled in this process as it is used: after one restore only
     * they took half as long again for the drills as for the restores that came last.
     */
    private static final int WARM_UPS = 5;

    /** Restored each time to warm up, or all there is: a longer oplog compiles nothing more. */
    private static final double WARM_UP_ENTRIES = 200_000;

    private final Optional<String> target;
    private final ReplayMix mix;

    /**
     * @param target a server to measure with; empty for simulated ones in this process
     */
    RtoBenchmark(Optional<String> target, ReplayMix mix) {
        this.target = target;
        this.mix = mix;
    }

    Figures run(Workload workload, Path folder, Benchmark.Notes notes) throws Exception {
        Path bucket = folder.resolve("bucket");
        List<OplogEntry> oplog = mix.oplog(workload);
        try (ObjectStore store = new FileObjectStore(bucket)) {
            RestoreBenchmark.archive(store, oplog);
        }
        Map<String, Double> figures = new LinkedHashMap<>();
        figures.put("entries", (double) oplog.size());
        notes.say("Warming up the target …");
        ClusterTime warmUp = part(oplog, Math.min(1, WARM_UP_ENTRIES / workload.entries()));
        for (int i = 0; i < WARM_UPS; i++) {
            into(target -> command(bucket, "restore", warmUp, target));
        }
        notes.say("Drilling to the half …");
        into(target -> command(bucket, "drill", part(oplog, 0.5), target));
        Map<String, Double> byOne = told(bucket, oplog);
        notes.say("Drilling to an eighth …");
        into(target -> command(bucket, "drill", part(oplog, 0.125), target));
        Map<String, Double> byBoth = told(bucket, oplog);
        for (Map.Entry<String, Double> size : SIZES.entrySet()) {
            String name = size.getKey();
            notes.say("Restoring: " + name + " …");
            ClusterTime to = part(oplog, size.getValue());
            JsonNode report = into(target -> command(bucket, "restore", to, target));
            double took = report.get("seconds").asDouble();
            figures.put("secondsTaken." + name, took);
            figures.put("secondsTold." + name, byBoth.get(name));
            figures.put("toldByTaken." + name, byBoth.get(name) / took);
            figures.put("toldByTakenWithOneDrill." + name, byOne.get(name) / took);
        }
        return new Figures(figures);
    }

    private static ClusterTime part(List<OplogEntry> oplog, double share) {
        return oplog.get((int) Math.round(share * oplog.size()) - 1).clusterTime();
    }

    private static Map<String, Double> told(Path bucket, List<OplogEntry> oplog)
            throws IOException, InterruptedException {
        Map<String, Double> told = new TreeMap<>();
        for (Map.Entry<String, Double> size : SIZES.entrySet()) {
            JsonNode plan = command(bucket, "plan", part(oplog, size.getValue()), Optional.empty());
            told.put(size.getKey(), plan.at("/estimate/seconds").asDouble());
        }
        return told;
    }

    private interface Work {
        JsonNode run(Optional<String> target) throws IOException, InterruptedException;
    }

    private JsonNode into(Work work) throws IOException, InterruptedException {
        try (BenchTarget empty = BenchTarget.empty(target)) {
            return work.run(Optional.of(empty.uri()));
        }
    }

    private static JsonNode command(
            Path bucket, String verb, ClusterTime to, Optional<String> target)
            throws IOException, InterruptedException {
        List<String> words = new ArrayList<>();
        words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        words.addAll(List.of("-cp", System.getProperty("java.class.path")));
        words.add(TidemarkMain.class.getName());
        words.addAll(
                List.of(
                        verb,
                        "--json",
                        "--bucket=file:" + bucket,
                        "--cluster=" + RestoreBenchmark.CLUSTER,
                        "--to=" + to));
        target.ifPresent(uri -> words.add("--target=" + RestoreBenchmark.SET + "=" + uri));
        Process process =
                new ProcessBuilder(words).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException("tidemark " + verb + " failed: " + out);
        }
        return new ObjectMapper().readTree(out);
    }
}
