package io.tidemark.schemas.layout;

import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.Slice;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads object keys: accepts exactly what {@link ObjectKey#text} writes. */
final class ObjectKeyParser {
    private static final String HEAD = "([^/]+)/([0-9a-f]{24})/";
    private static final String TIME = "(\\d{10})-(\\d{10})";
    private static final String RANGE = TIME + "_" + TIME;
    private static final Pattern OPLOG =
            Pattern.compile(
                    HEAD
                            + "oplog/([^/]+)/\\d{4}/\\d\\d/\\d\\d/\\d\\d/"
                            + RANGE
                            + "(?:_(\\d{19})\\.slice|\\.gap)");
    private static final Pattern BASE_PART =
            Pattern.compile(
                    HEAD
                            + "base/([^/]+)/([^/]+)/([0-9a-f-]{36})/"
                            + "(\\d{4})-(\\d{5})-(\\d{10}|\\d{19})\\.bson\\.zst");
    private static final Pattern BASE_START =
            Pattern.compile(HEAD + "base/([^/]+)/([^/]+)/start\\.json");
    private static final Pattern BASE_MANIFEST =
            Pattern.compile(HEAD + "base/([^/]+)/(?:([^/]+)/)?manifest\\.json");
    private static final Pattern TIMELINE =
            Pattern.compile(
                    HEAD + "timeline/\\d{4}/\\d\\d/\\d\\d/" + RANGE + "\\.([A-Za-z0-9_-]+)");
    private static final Pattern DRILL =
            Pattern.compile("([^/]+)/drills/(\\d{8}T\\d{6}\\.\\d{3}Z)\\.json");

    private static final Pattern STANDBY =
            Pattern.compile("([^/]+)/standbys/([0-9a-f-]{36})/(\\d{8}T\\d{6}\\.\\d{3}Z)\\.json");

    private ObjectKeyParser() {}

    static Optional<ObjectKey> parse(String text) {
        return match(OPLOG, text, ObjectKeyParser::oplog)
                .or(() -> match(BASE_PART, text, ObjectKeyParser::basePart))
                .or(() -> match(BASE_START, text, parts -> new ObjectKey.OfBaseStart(place(parts))))
                .or(() -> match(BASE_MANIFEST, text, ObjectKeyParser::manifest))
                .or(() -> match(TIMELINE, text, ObjectKeyParser::timeline))
                .or(() -> match(DRILL, text, ObjectKeyParser::drill))
                .or(() -> match(STANDBY, text, ObjectKeyParser::standby))
                // A key spelled in any other way (another hour's folder, say) is a stranger's.
                .filter(key -> key.text().equals(text));
    }

    private static Optional<ObjectKey> match(
            Pattern pattern, String text, Function<Matcher, ObjectKey> build) {
        Matcher parts = pattern.matcher(text);
        if (!parts.matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(build.apply(parts));
        } catch (IllegalArgumentException | DateTimeException notOurs) {
            // Right pattern, impossible values (a range that ends before it begins): not written by
            // us.
            return Optional.empty();
        }
    }

    private static ObjectKey oplog(Matcher parts) {
        ReplicaSet replicaSet = new ReplicaSet(parts.group(3));
        ClusterTime after = time(parts, 4);
        ClusterTime through = time(parts, 6);
        if (parts.group(8) == null) {
            return new ObjectKey.OfGap(
                    cluster(parts), incarnation(parts), replicaSet, after, through);
        }
        Slice slice = new Slice(after, through, Long.parseLong(parts.group(8)));
        return new ObjectKey.OfSlice(cluster(parts), incarnation(parts), replicaSet, slice);
    }

    private static ObjectKey basePart(Matcher parts) {
        UUID collection = UUID.fromString(parts.group(5));
        PartId part =
                new PartId(
                        Integer.parseInt(parts.group(6)),
                        Integer.parseInt(parts.group(7)),
                        Long.parseLong(parts.group(8)));
        return new ObjectKey.OfBasePart(place(parts), collection, part);
    }

    private static ObjectKey manifest(Matcher parts) {
        return parts.group(4) == null
                ? new ObjectKey.OfSnapshotManifest(
                        cluster(parts), incarnation(parts), parts.group(3))
                : new ObjectKey.OfBaseManifest(place(parts));
    }

    private static ObjectKey timeline(Matcher parts) {
        return new ObjectKey.OfTimeline(
                cluster(parts), incarnation(parts), time(parts, 3), time(parts, 5), parts.group(7));
    }

    private static ObjectKey drill(Matcher parts) {
        Instant startedAt = ObjectKeyText.MOMENT.parse(parts.group(2), Instant::from);
        return new ObjectKey.OfDrill(cluster(parts), startedAt);
    }

    private static ObjectKey standby(Matcher parts) {
        Instant seenAt = ObjectKeyText.MOMENT.parse(parts.group(3), Instant::from);
        return new ObjectKey.OfStandby(cluster(parts), UUID.fromString(parts.group(2)), seenAt);
    }

    private static BasePlace place(Matcher parts) {
        ReplicaSet replicaSet = new ReplicaSet(parts.group(4));
        return new BasePlace(cluster(parts), incarnation(parts), parts.group(3), replicaSet);
    }

    private static ClusterName cluster(Matcher parts) {
        return new ClusterName(parts.group(1));
    }

    private static Incarnation incarnation(Matcher parts) {
        return new Incarnation(parts.group(2));
    }

    private static ClusterTime time(Matcher parts, int group) {
        return new ClusterTime(
                Long.parseLong(parts.group(group)), Long.parseLong(parts.group(group + 1)));
    }
}
