package io.tidemark.schemas.layout;

import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.CoveredRange;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.model.ReplicaSet;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.regex.Pattern;

/** How the parts of an object key are spelled. */
final class ObjectKeyText {
    static final DateTimeFormatter HOUR =
            DateTimeFormatter.ofPattern("uuuu/MM/dd/HH").withZone(ZoneOffset.UTC);
    static final DateTimeFormatter DAY =
            DateTimeFormatter.ofPattern("uuuu/MM/dd").withZone(ZoneOffset.UTC);
    static final DateTimeFormatter MOMENT =
            DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss.SSS'Z'").withZone(ZoneOffset.UTC);
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{1,64}");

    private ObjectKeyText() {}

    /** The folder of the hour of {@code through}: a run lies where it ends. */
    static String oplogFolder(
            ClusterName cluster,
            Incarnation incarnation,
            ReplicaSet replicaSet,
            ClusterTime through) {
        return oplogFolder(cluster, incarnation, replicaSet)
                + HOUR.format(through.toInstant())
                + "/";
    }

    static String oplogFolder(ClusterName cluster, Incarnation incarnation, ReplicaSet replicaSet) {
        return cluster + "/" + incarnation + "/oplog/" + replicaSet + "/";
    }

    static String baseFolder(ClusterName cluster, Incarnation incarnation, String snapshotId) {
        return cluster + "/" + incarnation + "/base/" + snapshotId + "/";
    }

    static String timelineFolder(ClusterName cluster, Incarnation incarnation) {
        return cluster + "/" + incarnation + "/timeline/";
    }

    static String day(ClusterTime time) {
        return DAY.format(time.toInstant());
    }

    static String range(CoveredRange range) {
        return range(range.after(), range.through());
    }

    static String range(ClusterTime after, ClusterTime through) {
        return padded(after) + "_" + padded(through);
    }

    /** {@code 1712345678-0000000005}: ten digits each, so that text order is time order. */
    static String padded(ClusterTime time) {
        return padded(time.seconds(), 10) + "-" + padded(time.increment(), 10);
    }

    static String padded(long value, int digits) {
        String text = Long.toString(value);
        return "0".repeat(Math.max(0, digits - text.length())) + text;
    }

    static void requireId(String what, String id) {
        if (!ID.matcher(id).matches()) {
            throw new IllegalArgumentException(
                    what + " '" + id + "' must be 1 to 64 letters, digits, '_' or '-'");
        }
    }
}
