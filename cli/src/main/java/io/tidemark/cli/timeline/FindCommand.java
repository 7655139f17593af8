package io.tidemark.cli.timeline;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.cli.CommandFailure;
import io.tidemark.cli.CommonOptions;
import io.tidemark.cli.Context;
import io.tidemark.cli.ExitCode;
import io.tidemark.cli.JsonOption;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.RestoreWindow;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tidemark find}. */
@Command(
        name = "find",
        description =
                "List what happened to the cluster: drops, renames, migrations and other"
                        + " operations, with the command that restores to just before a drop.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  tidemark find --cluster shop --bucket file:/backup --kind drop",
            "  tidemark find --cluster shop --bucket file:/backup --near 2026-11-20T10:00:00Z"
                    + " --ns shop.orders --json",
            "  tidemark find --api http://127.0.0.1:8480 --ns shop --from 2026-11-20T00:00:00Z"
        })
public final class FindCommand implements Callable<ExitCode> {
    private static final long NEAR_SECONDS = 600;
    private final Context context;

    @Mixin private CommonOptions common;
    @Mixin private JsonOption output;
    @Mixin private TimelinePlace place;
    @Mixin private SpanOptions span;

    @Option(
            names = "--near",
            paramLabel = "T",
            description = "Only events under way within ten minutes before or after.")
    private ClusterTime near;

    @Option(
            names = "--ns",
            paramLabel = "NS",
            description = "Only events about this namespace, or about anything in this database.")
    private String ns;

    @Option(
            names = "--kind",
            paramLabel = "KIND",
            description =
                    "Only this kind, or kinds whose names begin so: dropCollection, drop,"
                            + " moveChunk, index, …")
    private String kind;

    public FindCommand(Context context) {
        this.context = context;
    }

    @Override
    public ExitCode call() {
        if ("".equals(ns)) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "--ns is empty: name a collection (shop.orders) or a database (shop).");
        }
        RestoreWindow asked = asked();
        return place.ask(
                context,
                answers -> {
                    ObjectNode answer =
                            answers.events(
                                    asked, Optional.ofNullable(ns), Optional.ofNullable(kind));
                    addRestores(answer);
                    new EventsText(answer).print(context.console().words(output.json()));
                    if (output.json()) {
                        context.console().document(answer.put("timeline", answers.origin()));
                    }
                    return ExitCode.DONE;
                });
    }

    private RestoreWindow asked() {
        if (near == null) {
            return span.span();
        }
        if (span.isGiven()) {
            throw new CommandFailure(ExitCode.USAGE, "Give --near, or --from and --to, not both.");
        }
        long last = ClusterTime.MAX.seconds();
        return new RestoreWindow(
                new ClusterTime(Math.max(0, near.seconds() - NEAR_SECONDS), 0),
                new ClusterTime(Math.min(last, near.seconds() + NEAR_SECONDS), last));
    }

    /**
     * To each event the last time before it, and to each drop the command: by the collection's name
     * for the latest one found, by the event's id for others.
     */
    private void addRestores(ObjectNode answer) {
        Map<String, JsonNode> latest = new HashMap<>();
        for (JsonNode event : answer.path("events")) {
            if (isDrop(event)) {
                latest.put(event.path("ns").asText(), event);
            }
        }
        for (JsonNode each : answer.path("events")) {
            ObjectNode event = (ObjectNode) each;
            String name = event.path("ns").asText();
            boolean known = event.path("startSeen").asBoolean();
            event.put("before", known ? before(event) : null);
            boolean last = latest.get(name) == event && near == null && !span.isGiven();
            String time =
                    last
                            ? "--before-drop " + name
                            : "--before-event '" + event.path("id").asText() + "'";
            event.put("restore", isDrop(event) && known ? place.restore(time) : null);
        }
    }

    private static boolean isDrop(JsonNode event) {
        String kind = event.path("kind").asText();
        boolean drop = kind.equals("dropCollection") || kind.equals("dropDatabase");
        return drop && !event.path("outcome").asText().equals("aborted");
    }

    private static String before(JsonNode event) {
        return ClusterTime.parse(event.path("from").asText()).orElseThrow().previous().toString();
    }
}
