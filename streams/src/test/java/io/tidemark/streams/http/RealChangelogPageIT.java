package io.tidemark.streams.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.Shard;
import io.tidemark.streams.view.TimelineView;
import io.tidemark.timeline.TimelineFold;
import io.tidemark.timeline.event.EventKind;
import io.tidemark.timeline.event.TopologyEvent;
import io.tidemark.timeline.window.Base;
import io.tidemark.timeline.window.Policy;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.RawBsonDocument;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.interactions.WheelInput.ScrollOrigin;

/** The page over the changelog of a real two-shard cluster: 3,087 lines, 513 moves. */
class RealChangelogPageIT {
    private static final ReplicaSet CFG = new ReplicaSet("cfg");
    private static final List<Shard> SHARDS =
            List.of(
                    new Shard("rs1", new ReplicaSet("rs1")),
                    new Shard("rsx", new ReplicaSet("rs2")));
    private static final int ROW = 60;
    private static final double NEAR_SECONDS = 60;

    @Test
    void itShowsTheMovesAndAClickExplainsATime() throws IOException {
        List<BsonDocument> lines = changelog();
        long last = second(lines.get(lines.size() - 1));
        TimelineView view = view(lines);
        Clock clock = Clock.fixed(Instant.ofEpochSecond(last + 10), ZoneOffset.UTC);
        HttpConfig local =
                new HttpConfig("127.0.0.1", 0, Duration.ofDays(1), Optional.of("file:/backup"));
        try (Browser browser = Browser.open();
                TimelineServer server =
                        TimelineServer.start(() -> Optional.of(view), local, clock)) {
            browser.size(1280, 1000);
            browser.go(server.uri() + "#policy=strict");

            assertThat(moves(view)).hasSize(513);
            assertThat(browser.number("data-intervals"))
                    .isEqualTo(view.windows(Policy.STRICT).unsafe().size())
                    .isGreaterThanOrEqualTo(513);
            browser.find("#kind").sendKeys("moveChunk", org.openqa.selenium.Keys.ENTER);
            browser.until("all moves", () -> browser.text("#events-count").contains("513"));
            browser.picture("real");

            TopologyEvent move = overTheEndOfASecond(view);
            double within = move.from().seconds() + 0.5;
            zoomTo(browser, within);
            browser.until("its tip", () -> browser.text("#tip").contains("moveChunk " + move.ns()));
            browser.actions().click().perform();
            browser.until("the answer", () -> browser.text("#answer").contains("Not safe"));
            assertThat(browser.text("#answer")).contains("moveChunk of " + move.ns() + " on rs");
            assertThat(browser.text("#answer pre"))
                    .contains("tidemark restore")
                    .contains("--to")
                    .contains("rs2=");
            browser.picture("real-move");

            browser.find("[name=policy][value=exact]").click();
            browser.until("safe if exact", () -> browser.text("#answer").contains("✓ Safe"));
            assertThat(browser.complaints()).isEmpty();
        }
    }

    /** Until single seconds can be told apart; the pointer stays over the time. */
    private static void zoomTo(Browser browser, double time) {
        WebElement canvas = browser.find("#canvas");
        int middle = canvas.getSize().width / 2;
        int y = ROW - canvas.getSize().height / 2;
        while (span(browser) > NEAR_SECONDS) {
            double before = span(browser);
            int x = x(browser, time) - middle;
            browser.actions()
                    .scrollFromOrigin(ScrollOrigin.fromElement(canvas, x, y), 0, -600)
                    .perform();
            browser.until("zoomed in", () -> span(browser) < before);
        }
        browser.actions().moveToElement(canvas, x(browser, time) - middle, y).perform();
    }

    private static int x(Browser browser, double time) {
        double share = (time - browser.number("data-from")) / span(browser);
        return (int) (browser.number("data-left") + share * browser.number("data-width"));
    }

    private static double span(Browser browser) {
        return browser.number("data-to") - browser.number("data-from");
    }

    private static List<TopologyEvent> moves(TimelineView view) {
        return view.events().stream().filter(e -> e.kind() == EventKind.MOVE_CHUNK).toList();
    }

    /** The page's times are whole seconds, and most of these moves lie within one. */
    private static TopologyEvent overTheEndOfASecond(TimelineView view) {
        return moves(view).stream()
                .filter(m -> m.through().orElseThrow().seconds() > m.from().seconds())
                .findFirst()
                .orElseThrow();
    }

    private static TimelineView view(List<BsonDocument> lines) {
        Oplogs oplogs = new Oplogs();
        for (BsonDocument line : lines) {
            BsonDocument entry =
                    new BsonDocument("op", new BsonString("i"))
                            .append("ns", new BsonString("config.changelog"))
                            .append("o", line);
            oplogs.write(CFG, second(line), entry);
        }
        long first = second(lines.get(0));
        long end = second(lines.get(lines.size() - 1)) + 5;
        TimelineFold fold = TimelineFold.of(CFG, SHARDS);
        List<ReplicaSet> sets = new ArrayList<>(List.of(CFG));
        SHARDS.forEach(shard -> sets.add(shard.replicaSet()));
        for (ReplicaSet set : sets) {
            ClusterTime start = new ClusterTime(first - 20, 0);
            fold.started(set, start);
            fold.base(new Base("first", set, start, new ClusterTime(first - 10, 0)));
            oplogs.noop(set, first - 15);
            oplogs.noop(set, end);
        }
        oplogs.giveTo(fold);
        sets.forEach(set -> fold.archived(set, new ClusterTime(end, 1)));
        return TimelineView.of(
                new ClusterName("pbm"), fold, Instant.ofEpochSecond(end).plusSeconds(5));
    }

    /** By their wall clock, which is the only order that a dump keeps. */
    private static List<BsonDocument> changelog() throws IOException {
        Path folder = Path.of("").toAbsolutePath();
        while (folder != null && !Files.isDirectory(folder.resolve("schemas"))) {
            folder = folder.getParent();
        }
        assertThat(folder).as("the repository's folder").isNotNull();
        Path file =
                folder.resolveSibling("shared")
                        .resolve("data/pbm-5.0")
                        .resolve("cfg.config.changelog.bson");
        assumeTrue(Files.exists(file), "skipped: ../shared/data/pbm-5.0 is absent");
        byte[] bytes = Files.readAllBytes(file);
        ByteBuffer view = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        List<BsonDocument> lines = new ArrayList<>();
        for (int at = 0; at < bytes.length; at += view.getInt(at)) {
            lines.add(new RawBsonDocument(Arrays.copyOfRange(bytes, at, at + view.getInt(at))));
        }
        assertThat(lines).hasSize(3087);
        lines.sort(Comparator.comparingLong(line -> line.getDateTime("time").getValue()));
        return lines;
    }

    private static long second(BsonDocument line) {
        return line.getDateTime("time").getValue() / 1000;
    }
}
