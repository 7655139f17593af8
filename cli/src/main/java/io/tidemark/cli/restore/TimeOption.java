package io.tidemark.cli.restore;

import io.tidemark.cli.timeline.KnownTimeline;
import io.tidemark.restore.Safety;
import io.tidemark.restore.timeline.ClusterTimeline;
import io.tidemark.schemas.model.ClusterTime;
import java.io.PrintStream;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** To which cluster time, and which times count as safe. */
final class TimeOption {
    @ArgGroup(multiplicity = "1")
    private Point point;

    @Mixin private SafetyOption safety;

    /** One of the ways to say a time. */
    static final class Point {
        @Option(
                names = "--to",
                paramLabel = "T",
                description =
                        "The last cluster time whose changes are in: 1712345678:5 exactly, or"
                                + " ISO-8601 with an offset for the whole of that second.")
        private ClusterTime to;

        @Option(
                names = "--before-drop",
                paramLabel = "NS",
                description =
                        "The last time before the latest drop of this collection, or of this"
                                + " database; 'tidemark find --kind drop' lists drops.")
        private String beforeDrop;

        @Option(
                names = "--before-event",
                paramLabel = "ID",
                description = "The last time before this event, by its id as 'find' tells it.")
        private String beforeEvent;

        /** The timeline, as much of it as it takes to know the time and whether it is safe. */
        ClusterTimeline timeline(KnownTimeline known) {
            return to != null ? known.findWindows() : known.find();
        }

        /**
         * The time.
         *
         * @param words are told how it was chosen
         */
        ClusterTime to(ClusterTimeline timeline, PrintStream words) {
            if (to != null) {
                return to;
            }
            TimeBeforeEvent before = new TimeBeforeEvent(timeline, words);
            return beforeDrop != null ? before.drop(beforeDrop) : before.event(beforeEvent);
        }
    }

    Point point() {
        return point;
    }

    Safety safety() {
        return safety.safety();
    }
}
