package io.tidemark.cli.demo;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.cli.restore.TimeBeforeEvent;
import io.tidemark.cli.timeline.TimeBar;
import io.tidemark.cli.timeline.Words;
import io.tidemark.restore.timeline.ClusterTimeline;
import io.tidemark.restore.timeline.TimelineLookup;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.storage.frames.FrameKeys;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.timeline.event.TopologyEvent;
import io.tidemark.timeline.window.Explanation;
import io.tidemark.timeline.window.Policy;
import io.tidemark.timeline.window.RestoreWindows;
import io.tidemark.timeline.window.UnsafeInterval;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * What the bucket alone knows of times when everything else is lost.
 *
 * @param explained a time inside the drop
 * @param beforeTheDrop what {@code --before-drop shop.orders} chooses
 */
record KnownTimes(
        ClusterTimeline timeline, Explanation explained, ClusterTime beforeTheDrop, Story story) {
    private static final String ORDERS = "shop.orders";

    static KnownTimes read(ObjectStore bucket, ClusterName cluster, Story story) {
        ClusterTimeline timeline =
                new TimelineLookup(bucket, FrameKeys.NONE, cluster).find(entries -> {});
        TopologyEvent drop = timeline.search().lastDrop(ORDERS).orElseThrow();
        ClusterTime inside = drop.span().criticalFrom().orElse(drop.from());
        PrintStream silent =
                new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        return new KnownTimes(
                timeline,
                timeline.windows(Policy.EXACT).explain(inside),
                new TimeBeforeEvent(timeline, silent).drop(ORDERS),
                story);
    }

    void tellShares() {
        story.line("its entries tell to which times the whole cluster can be restored:");
        for (Policy policy : Policy.values()) {
            RestoreWindows windows = timeline.windows(policy);
            TimeBar bar = new TimeBar(windows.earliest().orElseThrow(), windows.watermark());
            story.text(
                    "%-6s %s %s",
                    policy.code(), bar.of(windows.windows()), Words.percent(share(policy)));
        }
        story.text(
                "(strict: never within a migration or DDL; exact, the default: never where the"
                        + " cluster stood between two states)");
    }

    void explainTheDrop() {
        for (UnsafeInterval reason : explained.reasons()) {
            story.line("why not %s? %s", explained.at(), reason.reason());
        }
        story.text(
                "nearest safe times: %s before, %s after",
                explained.before().map(ClusterTime::toString).orElse("none"),
                explained.after().map(ClusterTime::toString).orElse("none"));
    }

    private double share(Policy policy) {
        return timeline.windows(policy).restorableShare();
    }

    void addTo(ObjectNode json) {
        json.put("timeline", timeline.origin().code());
        json.putObject("restorableShare")
                .put("exact", share(Policy.EXACT))
                .put("strict", share(Policy.STRICT));
        json.putObject("explained")
                .put("at", explained.at().toString())
                .put("safe", explained.safe())
                .put(
                        "reason",
                        explained.reasons().stream()
                                .map(UnsafeInterval::reason)
                                .findFirst()
                                .orElse(null));
    }
}
