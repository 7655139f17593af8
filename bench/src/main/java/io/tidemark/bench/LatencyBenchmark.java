package io.tidemark.bench;

import io.tidemark.bench.PairedRatios.Pair;
import io.tidemark.embedded.s3.EmbeddedS3;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToDoubleFunction;

/**
 * What a base snapshot with a limit adds to the latency of the source's writes. Clients write at an
 * even pace, on processors that never sleep; the scan goes on and is held in short spells, in pairs
 * whose order changes from one to the next. Between them come pairs in both spells of which it is
 * held: what those differ by is what the measure can't tell from nothing.
 */
final class LatencyBenchmark {
    /** Far under what a scan reaches, as an operator would set it beside a busy source. */
    static final int LIMIT_MIB_PER_SECOND = 16;

    /** What design 4's limit promises a source. */
    private static final double PROMISED_PERCENT = 10;

    /**
     * One for each processor, each with a write every millisecond: a source that has something to
     * spare. Where clients write without rest, what anything takes of the processors is missing to
     * them.
     */
    private static final int CLIENTS = Runtime.getRuntime().availableProcessors();

    private static final Duration TURN = Duration.ofMillis(1);

    private static final long MIB = 1L << 20;
    private static final int PAIRS = 60;

    /** Sixteen requests of a scan with that limit. */
    private static final Duration SPELL = Duration.ofMillis(500);

    /** What a request that was under way at the change still takes. */
    private static final Duration SETTLE = Duration.ofMillis(40);

    private static final Duration LONGEST_WARM_UP = Duration.ofSeconds(30);

    /** The scan's process has compilers of its own, which nobody asks. */
    private static final int LEAST_WARM_UP = 20;

    private static final double COMPILING = 0.1;

    private final SourceData source;
    private final ScanProcess scan;
    private final String kind;
    private final List<Pair> compared = new ArrayList<>();
    private final List<Pair> alike = new ArrayList<>();
    private final ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
    private final AtomicLong written = new AtomicLong();
    private long scanned;
    private long scanningNanos;

    /**
     * @param kind of the bucket, in front of every figure's name
     */
    private LatencyBenchmark(SourceData source, ScanProcess scan, String kind) {
        this.source = source;
        this.scan = scan;
        this.kind = kind;
    }

    /**
     * Twice: into a bucket of files, with nothing but source, clients and agent on the processors,
     * and into an S3 server that takes part of them too, as a real one beside the source would not.
     */
    static Figures run(Workload workload, Path folder, Benchmark.Notes notes) throws Exception {
        notes.say("Writing " + workload.entries() + " documents into a simulated replica set …");
        try (AwakeProcessors awake = AwakeProcessors.keep();
                SourceData source = SourceData.write(workload);
                EmbeddedS3 s3 = S3.start(folder)) {
            String files = "file:" + folder.resolve("bases");
            Figures besideFiles = run(source, files, "file", notes);
            Figures besideServer = run(source, S3.bucket(s3, "bases"), "s3", notes);
            return besideFiles.and(besideServer);
        }
    }

    private static Figures run(SourceData source, String bucket, String kind, Benchmark.Notes notes)
            throws Exception {
        try (ScanProcess scan = ScanProcess.start(source, bucket, LIMIT_MIB_PER_SECOND * MIB)) {
            LatencyBenchmark benchmark = new LatencyBenchmark(source, scan, kind);
            try {
                return benchmark.run(notes);
            } finally {
                benchmark.clients.shutdownNow();
            }
        }
    }

    private Figures run(Benchmark.Notes notes) throws Exception {
        notes.say(
                "Writing, with the scan into a bucket of kind "
                        + kind
                        + " and without, until the compilers are at rest …");
        warmUp();
        notes.say("Measuring " + 2 * PAIRS + " pairs of spells …");
        measure();
        return figures();
    }

    private void warmUp() throws Exception {
        long end = System.nanoTime() + LONGEST_WARM_UP.toNanos();
        boolean steady = false;
        for (int i = 0; i < LEAST_WARM_UP || (!steady && System.nanoTime() < end); i++) {
            CompilerRest rest = CompilerRest.from(COMPILING);
            spell(true);
            spell(false);
            steady = rest.held();
        }
    }

    private void measure() throws Exception {
        for (int i = 0; i < PAIRS; i++) {
            compared.add(pair(true, i % 2 == 0));
            alike.add(pair(false, i % 2 == 0));
        }
    }

    private Pair pair(boolean scanning, boolean first) throws Exception {
        if (first) {
            Spell changed = spell(scanning);
            return new Pair(changed, spell(false));
        }
        Spell plain = spell(false);
        return new Pair(spell(scanning), plain);
    }

    private Spell spell(boolean scanning) throws Exception {
        scan.goOn(scanning);
        long begun = System.nanoTime();
        long before = scan.bytes();
        write(SETTLE);
        Spell spell = write(SPELL);
        if (scanning) {
            scan.goOn(true);
            scanned += scan.bytes() - before;
            scanningNanos += System.nanoTime() - begun;
        }
        return spell;
    }

    private Spell write(Duration length) throws Exception {
        Callable<Spell> one =
                () ->
                        Spell.of(
                                id -> source.write("writes." + kind, id),
                                written::getAndIncrement,
                                TURN.toNanos(),
                                length.toNanos());
        List<Spell> spells = new ArrayList<>();
        for (Future<Spell> each : clients.invokeAll(Collections.nCopies(CLIENTS, one))) {
            spells.add(each.get());
        }
        return Spell.together(spells);
    }

    private Figures figures() {
        Map<String, Double> figures = new LinkedHashMap<>();
        figures.put(kind + ".pairs", (double) compared.size());
        figures.put(kind + ".spellMillis", (double) SPELL.toMillis());
        figures.put(kind + ".clients", (double) CLIENTS);
        figures.put(kind + ".writesPerSecondOfAClient", 1e9 / TURN.toNanos());
        figures.put(kind + ".writes", (double) written.get());
        figures.put(kind + ".limitMibPerSecond", (double) LIMIT_MIB_PER_SECOND);
        figures.put(kind + ".scannedMibPerSecond", scanned / (double) MIB / (scanningNanos / 1e9));
        List<String> sentences = new ArrayList<>();
        add("median", Spell::median, figures, sentences);
        add("mean", Spell::mean, figures, sentences);
        add("p99", Spell::p99, figures, sentences);
        return new Figures(figures, sentences);
    }

    private void add(
            String name,
            ToDoubleFunction<Spell> latency,
            Map<String, Double> figures,
            List<String> sentences) {
        String key = kind + "." + name;
        figures.put(key + "Micros.alone", middle(latency, false) / 1_000);
        figures.put(key + "Micros.besideScan", middle(latency, true) / 1_000);
        PairedRatios added = PairedRatios.of(compared, latency);
        PairedRatios noise = PairedRatios.of(alike, latency);
        put(key + "AddedPercent", added, figures);
        put(key + "NoisePercent", noise, figures);
        sentences.add(sentence(name, added, noise));
    }

    private static void put(String name, PairedRatios ratios, Map<String, Double> figures) {
        figures.put(name, ratios.percent());
        figures.put(name + ".low", ratios.lowPercent());
        figures.put(name + ".high", ratios.highPercent());
    }

    private double middle(ToDoubleFunction<Spell> latency, boolean scanning) {
        double[] all =
                compared.stream()
                        .map(pair -> scanning ? pair.changed() : pair.plain())
                        .mapToDouble(latency)
                        .sorted()
                        .toArray();
        return all[all.length / 2];
    }

    private String sentence(String name, PairedRatios added, PairedRatios noise) {
        return String.format(
                Locale.ROOT,
                "%s write latency: a scan limited to %d MiB/s, bucket %s, adds %.1f %% (%.1f to"
                        + " %.1f); spells without it differ by %.1f %% (%.1f to %.1f): %s",
                name,
                LIMIT_MIB_PER_SECOND,
                kind,
                added.percent(),
                added.lowPercent(),
                added.highPercent(),
                noise.percent(),
                noise.lowPercent(),
                noise.highPercent(),
                verdict(added, noise));
    }

    /** What can be said of the promise with this measure. */
    static String verdict(PairedRatios added, PairedRatios noise) {
        if (added.lowPercent() > Math.max(PROMISED_PERCENT, noise.highPercent())) {
            return "more than 10 %";
        } else if (noise.highPercent() > PROMISED_PERCENT
                || noise.lowPercent() < -PROMISED_PERCENT) {
            return "noise too large to tell";
        } else if (added.highPercent() <= PROMISED_PERCENT) {
            return "at most 10 %";
        }
        return "about 10 %, not settled";
    }
}
