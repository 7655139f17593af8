package io.tidemark.cli.changelog;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.restore.timeline.ClusterTimeline;
import io.tidemark.storage.object.BucketUri;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.timeline.event.TopologyEvent;
import io.tidemark.timeline.window.Policy;
import io.tidemark.timeline.window.RestoreWindows;
import io.tidemark.timeline.window.UnsafeInterval;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Hand-made changelogs of every server version, with all that is known to go wrong in them: live
 * and from the archive they become the same events and the same windows, and the right ones.
 */
class HandMadeChangelogsTest {
    /** The cluster is built before. */
    private static final long STORY = 20;

    @TempDir private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"3.6", "4.0", "4.2", "4.4", "5.0", "6.0", "7.0", "8.0"})
    void becomesTheSameEventsAndWindowsLiveAndFromTheArchive(String version) throws IOException {
        HandMadeChangelog changelog = HandMadeChangelog.read(version);
        String uri = "file:" + folder.resolve("bucket");

        LivePath live = new LivePath(changelog.oplogs(), folder.resolve("state"));
        ClusterTimeline archived;
        try (ObjectStore bucket = BucketUri.parse(uri).open()) {
            archived = ArchivePath.timeline(changelog.oplogs(), bucket);
        }

        assertThat(archived.events().stream().filter(e -> !isBefore(e)).map(Told::event))
                .containsExactlyElementsOf(changelog.events());
        RestoreWindows exact = archived.windows(Policy.EXACT);
        assertThat(exact.unsafe().stream().filter(u -> u.to().seconds() >= STORY).map(Told::unsafe))
                .containsExactlyElementsOf(changelog.unsafe());
        assertThat(live.events().stream().map(HandMadeChangelogsTest::told).toList())
                .isEqualTo(archived.events().stream().map(HandMadeChangelogsTest::told).toList());
        for (Policy policy : Policy.values()) {
            assertThat(live.content().windows().get(policy)).isEqualTo(archived.windows(policy));
        }
        assertThat(live.content().members()).isEqualTo(archived.content().members());
    }

    /** Live, an open event is told again when its nature changes, not for more evidence of it. */
    private static TopologyEvent told(TopologyEvent event) {
        return event.isOpen()
                ? new TopologyEvent(
                        event.id(),
                        event.kind(),
                        event.what(),
                        event.ns(),
                        event.target(),
                        event.shards(),
                        event.span(),
                        event.outcome(),
                        event.chunks(),
                        List.of())
                : event;
    }

    private static boolean isBefore(TopologyEvent event) {
        return event.through().filter(end -> end.seconds() < STORY).isPresent();
    }

    /** What a changelog's file says of events and times. */
    private static final class Told {
        static String event(TopologyEvent event) {
            return "%s %s %d-%s %s%s%s"
                    .formatted(
                            event.kind().code(),
                            event.ns().isEmpty() ? "-" : event.ns(),
                            event.from().seconds(),
                            event.through().map(t -> "" + t.seconds()).orElse(""),
                            event.outcome().name().toLowerCase(java.util.Locale.ROOT),
                            event.target().isEmpty() ? "" : " to " + event.target(),
                            event.span().startSeen() ? "" : " start unseen");
        }

        static String unsafe(UnsafeInterval unsafe) {
            return "%d-%d %s %s"
                    .formatted(
                            unsafe.from().seconds(),
                            unsafe.to().seconds(),
                            unsafe.kind(),
                            unsafe.ns().isEmpty() ? "-" : unsafe.ns());
        }
    }
}
