package io.tidemark.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.cli.CommandFailure;
import io.tidemark.cli.CommonOptions;
import io.tidemark.cli.Context;
import io.tidemark.cli.ExitCode;
import io.tidemark.cli.JsonOption;
import io.tidemark.cli.ScratchFolder;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tidemark bench}. */
@Command(
        name = "bench",
        description =
                "Measure one part of the path beside what the machine gives without it, in the"
                        + " same run on the same data; everything runs in this process.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  tidemark bench capture",
            "  tidemark bench sink --entries 500000 --json",
            "  tidemark bench restore --document-bytes 4096",
            "  tidemark bench plan --slices 1000000 --in-files"
        })
final class BenchCommand implements Callable<ExitCode> {
    /** What can be measured. */
    enum Part {
        CAPTURE,
        STREAMS,
        SINK,
        RESTORE,
        SNAPSHOT,
        LATENCY,
        PLAN,
        RTO,
        STANDBY;

        /** Where no rate beside a ceiling tells it. */
        boolean givesFigures() {
            return this == LATENCY || this == PLAN || this == RTO || this == STANDBY;
        }
    }

    private final Context context;

    @Mixin private CommonOptions common;
    @Mixin private JsonOption output;

    @Parameters(
            paramLabel = "PART",
            description =
                    "capture: oplog to Kafka; streams: topics to windows, 1 % of the entries"
                        + " events; sink: Kafka to bucket; restore: bucket to server; snapshot:"
                        + " replica set to base; plan: in a bucket of many slices; rto: what a plan"
                        + " tells beside what its restore takes; standby: catching up, beside a"
                        + " restore.")
    private Part part;

    @Option(
            names = "--entries",
            defaultValue = "200000",
            paramLabel = "N",
            description = "How many oplog entries. Default: ${DEFAULT-VALUE}.")
    private int entries;

    @Option(
            names = "--document-bytes",
            defaultValue = "1024",
            paramLabel = "N",
            description = "How large each document is. Default: ${DEFAULT-VALUE}.")
    private int documentBytes;

    @Option(
            names = "--target",
            paramLabel = "URI",
            description =
                    "restore, rto, standby: a MongoDB server to measure with instead of a simulated"
                            + " one; its database 'bench' is dropped.")
    private String target;

    @Option(
            names = "--mix",
            split = ",",
            paramLabel = "MIX",
            defaultValue = "inserts,cached_updates,uncached_updates,mixed",
            description =
                    "restore, rto, standby: kinds of oplogs, of ${COMPLETION-CANDIDATES}; the last"
                            + " one stands for all. Default: ${DEFAULT-VALUE}.")
    private List<ReplayMix> mixes;

    @Option(
            names = "--slices",
            defaultValue = "1000000",
            paramLabel = "N",
            description = "plan: how many slices the bucket holds. Default: ${DEFAULT-VALUE}.")
    private long slices;

    @Option(
            names = "--in-files",
            description = "plan: in a directory of as many files too; a million takes a while.")
    private boolean inFiles;

    BenchCommand(Context context) {
        this.context = context;
    }

    private Workload workload() {
        try {
            return new Workload(entries, documentBytes);
        } catch (IllegalArgumentException tooSmall) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "--entries and --document-bytes: " + tooSmall.getMessage() + ".",
                    tooSmall);
        }
    }

    @Override
    public ExitCode call() throws Exception {
        PrintStream words = context.console().words(output.json());
        Workload workload = workload();
        try (ScratchFolder folder = ScratchFolder.create("bench")) {
            if (part.givesFigures()) {
                figures(figures(folder.path()), words);
                return ExitCode.DONE;
            }
            Measured measured =
                    benchmark()
                            .run(
                                    workload,
                                    folder.path(),
                                    sentence -> context.console().err().println(sentence));
            words(words, measured);
            if (output.json()) {
                context.console().document(json(measured));
            }
            return ExitCode.DONE;
        }
    }

    private Figures figures(Path folder) throws Exception {
        Benchmark.Notes notes = sentence -> context.console().err().println(sentence);
        Optional<String> given = Optional.ofNullable(target);
        ReplayMix mix = mixes.get(mixes.size() - 1);
        Workload workload = workload();
        return switch (part) {
            case PLAN -> new PlanBenchmark(slices, inFiles).run(folder, notes);
            case LATENCY -> LatencyBenchmark.run(workload, folder, notes);
            case STANDBY -> new StandbyBenchmark(given, mix).run(workload, folder, notes);
            default -> new RtoBenchmark(given, mix).run(workload, folder, notes);
        };
    }

    private void figures(Figures figures, PrintStream words) {
        figures.words(words);
        if (output.json()) {
            context.console().document(figures.json());
        }
    }

    private Benchmark benchmark() {
        return switch (part) {
            case CAPTURE -> new CaptureBenchmark();
            case STREAMS -> new StreamsBenchmark();
            case SINK -> new SinkBenchmark();
            case RESTORE -> new RestoreBenchmark(Optional.ofNullable(target), mixes);
            case SNAPSHOT -> new SnapshotBenchmark();
            case LATENCY, PLAN, RTO, STANDBY ->
                    throw new IllegalStateException(part + " gives figures");
        };
    }

    private static void words(PrintStream out, Measured measured) {
        if (measured.mixes().isEmpty()) {
            lines(out, measured);
        }
        measured.mixes()
                .forEach(
                        (name, mix) -> {
                            out.println(name + ":");
                            lines(out, mix);
                        });
    }

    private static void lines(PrintStream out, Measured measured) {
        line(out, "ours", measured.rate(), measured);
        measured.parts().forEach((name, rate) -> line(out, "ours, " + name, rate, measured));
        measured.ceilings().forEach((name, rate) -> line(out, name, rate, measured));
        measured.peers().forEach((name, rate) -> line(out, name, rate, measured));
        out.printf(
                "%.2f of the slowest ceiling; %,d entries, %,d bytes%n",
                measured.ratio(), measured.entries(), measured.bytes());
        measured.heapPeakBytes().ifPresent(heap -> out.printf("%,d bytes of heap at most%n", heap));
    }

    private static void line(PrintStream out, String name, double rate, Measured measured) {
        out.printf("%-28s %,14.0f %s%n", name, rate, measured.unit());
    }

    private static ObjectNode json(Measured measured) {
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("rate", measured.rate());
        ObjectNode ceilings = json.putObject("ceilings");
        measured.ceilings().forEach(ceilings::put);
        json.put("ratio", measured.ratio())
                .put("unit", measured.unit())
                .put("entries", measured.entries())
                .put("bytes", measured.bytes());
        if (!measured.parts().isEmpty()) {
            ObjectNode parts = json.putObject("parts");
            measured.parts().forEach(parts::put);
        }
        if (!measured.peers().isEmpty()) {
            ObjectNode peers = json.putObject("peers");
            measured.peers().forEach(peers::put);
        }
        measured.heapPeakBytes().ifPresent(heap -> json.put("heapPeakBytes", heap));
        if (!measured.mixes().isEmpty()) {
            ObjectNode mixes = json.putObject("mixes");
            measured.mixes().forEach((name, mix) -> mixes.set(name, json(mix)));
        }
        return json;
    }
}
