package io.tidemark.cli.follow;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.cli.Console;
import io.tidemark.restore.RestoreProgress;
import io.tidemark.restore.follow.FollowStatus;
import io.tidemark.schemas.model.ReplicaSet;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Shows how far a standby is: words at intervals, or a JSON object a line on stderr. */
public final class StandbyDisplay implements RestoreProgress {
    private final Console console;
    private final boolean json;
    private final boolean asEvents;
    private final Duration interval;
    private final PrintStream words;
    private final Map<ReplicaSet, Long> loaded = new TreeMap<>();
    private long shownNanos = System.nanoTime();
    private boolean first = true;

    /**
     * @param json whether the last word is a document on stdout
     * @param asEvents whether all others are JSON objects
     * @param interval how often it tells how far the standby is
     */
    public StandbyDisplay(Console console, boolean json, boolean asEvents, Duration interval) {
        this.console = console;
        this.json = json;
        this.asEvents = asEvents;
        this.interval = interval;
        this.words = console.words(json);
    }

    @Override
    public synchronized void phase(Phase phase) {
        String name = phase.name().toLowerCase(Locale.ROOT);
        if (asEvents) {
            print(node().put("event", "phase").put("phase", name));
        } else {
            words.println("  … " + name);
        }
    }

    @Override
    public synchronized void baseLoaded(ReplicaSet replicaSet, long documents) {
        loaded.put(replicaSet, documents);
        if (isTime() && !asEvents) {
            words.println("    base: " + loaded + " documents");
        }
    }

    synchronized void reached(FollowStatus status) {
        if (!first && !isTime()) {
            return;
        }
        first = false;
        if (asEvents) {
            print(json(status).put("event", "standby"));
        } else {
            words.println("    standby: " + words(status));
        }
    }

    private boolean isTime() {
        long now = System.nanoTime();
        boolean due = now - shownNanos >= interval.toNanos();
        shownNanos = due ? now : shownNanos;
        return due;
    }

    /** The last word: where it stands, and how to go on. */
    synchronized void ended(FollowStatus status) {
        words.println(
                "The standby has ended: "
                        + words(status)
                        + ". Run the same again and it goes on; 'tidemark promote … --at T'"
                        + " makes a cluster of it, at a safe T from "
                        + status.promotableFrom()
                        + " on.");
        if (json) {
            console.document(json(status));
        }
    }

    private static String words(FollowStatus status) {
        return status.applied().entrySet().stream()
                        .map(
                                each ->
                                        each.getKey()
                                                + " through "
                                                + each.getValue()
                                                + " ("
                                                + status.lagSeconds(each.getKey())
                                                + " s behind)")
                        .collect(Collectors.joining(", "))
                + "; newest entry known "
                + status.newest();
    }

    private static ObjectNode json(FollowStatus status) {
        ObjectNode document = node();
        document.put("newest", status.newest().toString());
        document.put("promotableFrom", status.promotableFrom().toString());
        ObjectNode sets = document.putObject("replicaSets");
        status.applied()
                .forEach(
                        (set, applied) ->
                                sets.putObject(set.name())
                                        .put("appliedUntil", applied.toString())
                                        .put("lagSeconds", status.lagSeconds(set)));
        return document;
    }

    private static ObjectNode node() {
        return JsonNodeFactory.instance.objectNode();
    }

    private void print(ObjectNode event) {
        console.err().println(event.toString());
    }
}
