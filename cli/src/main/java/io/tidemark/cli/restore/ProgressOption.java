package io.tidemark.cli.restore;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.cli.Console;
import io.tidemark.cli.Progress;
import io.tidemark.cli.follow.StandbyDisplay;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Option;

/** How a restore shows how far it has come. Always on stderr, but for words beside words. */
public final class ProgressOption {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration ON_TERMINALS = Duration.ofMillis(500);
    private static final Duration IN_LOGS = Duration.ofSeconds(15);
    private static final Duration AS_EVENTS = Duration.ofSeconds(1);

    /** The ways. */
    public enum Way {
        AUTO,
        LOG,
        JSON
    }

    @Option(
            names = "--progress",
            paramLabel = "auto|log|json",
            defaultValue = "AUTO",
            description =
                    "How to show phase, percent, pace, time left and lag to the restored time, of"
                        + " each replica set and of all: on one line on a terminal and as lines"
                        + " every 15 s elsewhere (auto), as lines (log), or as one JSON object a"
                        + " line on stderr, at most one a second for each (json). Default: auto.")
    private Way way = Way.AUTO;

    /**
     * @param words where the command speaks
     * @param line the terminal's line, if there is one
     */
    PacedProgress.Display display(Console console, PrintStream words, Progress line) {
        if (way == Way.JSON) {
            return new Events(console.err());
        }
        return way == Way.AUTO && console.terminal() ? new Line(words, line) : new Lines(words);
    }

    /** The same for a standby, which has no end to come nearer to. */
    public StandbyDisplay ofStandby(Console console, boolean json) {
        return new StandbyDisplay(console, json, way == Way.JSON, interval(console));
    }

    /** How often something is shown. */
    public Duration interval(Console console) {
        return switch (way) {
            case JSON -> AS_EVENTS;
            case LOG -> IN_LOGS;
            case AUTO -> console.terminal() ? ON_TERMINALS : IN_LOGS;
        };
    }

    /** One line that changes. */
    private record Line(PrintStream words, Progress line) implements PacedProgress.Display {
        @Override
        public void phase(String phase) {
            words.println("  … " + phase);
        }

        @Override
        public void pace(String phase, Pace all, List<Pace> sets) {
            String each =
                    sets.stream()
                            .filter(set -> sets.size() > 1 && set.percent().isPresent())
                            .map(
                                    set ->
                                            String.format(
                                                    "%s %.0f %%",
                                                    set.replicaSet().orElse(""),
                                                    set.percent().orElse(0)))
                            .collect(Collectors.joining(", "));
            line.show(all.words() + (each.isEmpty() ? "" : " (" + each + ")"), all.done());
        }
    }

    /** Lines, for logs. */
    private record Lines(PrintStream words) implements PacedProgress.Display {
        @Override
        public void phase(String phase) {
            words.println("  … " + phase);
        }

        @Override
        public void pace(String phase, Pace all, List<Pace> sets) {
            sets.forEach(set -> words.println("    " + phase + ": " + set.words()));
            if (sets.size() > 1) {
                words.println("    " + phase + ": " + all.words());
            }
        }
    }

    /** One JSON object a line. */
    private record Events(PrintStream err) implements PacedProgress.Display {
        @Override
        public void phase(String phase) {
            print(JSON.createObjectNode().put("event", "phase").put("phase", phase));
        }

        @Override
        public void pace(String phase, Pace all, List<Pace> sets) {
            sets.forEach(set -> print(event(phase, set)));
            print(event(phase, all));
        }

        private static ObjectNode event(String phase, Pace pace) {
            ObjectNode event = JSON.createObjectNode().put("event", "progress").put("phase", phase);
            event.put("replicaSet", pace.replicaSet().orElse(null));
            event.put("done", pace.done()).put("unit", pace.unit());
            event.put("percent", boxed(pace.percent()));
            event.put("perSecond", pace.perSecond());
            event.put("etaSeconds", boxed(pace.etaSeconds()));
            event.put("clusterTime", pace.clusterTime().orElse(null));
            event.put("lagSeconds", boxed(pace.lagSeconds()));
            return event;
        }

        private static Double boxed(java.util.OptionalDouble value) {
            return value.isPresent() ? (Double) value.getAsDouble() : null;
        }

        private static Long boxed(java.util.OptionalLong value) {
            return value.isPresent() ? (Long) value.getAsLong() : null;
        }

        private void print(ObjectNode event) {
            try {
                err.println(JSON.writeValueAsString(event));
            } catch (JsonProcessingException impossible) {
                throw new IllegalStateException(
                        "a tree of JSON nodes was not printable", impossible);
            }
        }
    }
}
