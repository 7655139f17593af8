package io.tidemark.schemas.model;

import java.time.Instant;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bson.BsonTimestamp;

/**
 * A point of MongoDB's cluster-wide logical clock (BSON timestamp; MongoDB manual, "BSON Types").
 * Written {@code 1712345678:5}.
 *
 * @param seconds Unix seconds, 0 to 4294967295; unsigned, so an {@code int} misorders it from 2038
 * @param increment ordinal within the second, 0 to 4294967295
 */
public record ClusterTime(long seconds, long increment) implements Comparable<ClusterTime> {
    private static final long MAX_UNSIGNED_32 = 0xFFFF_FFFFL;
    private static final Pattern TEXT = Pattern.compile("(\\d{1,10}):(\\d{1,10})");

    /** The null value of the server: before every entry. */
    public static final ClusterTime ZERO = new ClusterTime(0, 0);

    /** After every entry. */
    public static final ClusterTime MAX = new ClusterTime(MAX_UNSIGNED_32, MAX_UNSIGNED_32);

    public ClusterTime {
        requireUnsigned32("seconds", seconds);
        requireUnsigned32("increment", increment);
    }

    /** From the 64 bits of a BSON timestamp: seconds high, increment low. */
    public static ClusterTime ofBits(long bits) {
        return new ClusterTime(bits >>> 32, bits & MAX_UNSIGNED_32);
    }

    public static ClusterTime of(BsonTimestamp timestamp) {
        return ofBits(timestamp.getValue());
    }

    /** The last cluster time that lies in the second of {@code instant}. */
    public static ClusterTime endOfSecond(Instant instant) {
        return new ClusterTime(instant.getEpochSecond(), MAX_UNSIGNED_32);
    }

    /** Reads {@code seconds:increment}; empty for any other text and for values out of range. */
    public static Optional<ClusterTime> parse(String text) {
        Matcher parts = TEXT.matcher(text);
        if (!parts.matches()) {
            return Optional.empty();
        }
        long seconds = Long.parseLong(parts.group(1));
        long increment = Long.parseLong(parts.group(2));
        boolean inRange = seconds <= MAX_UNSIGNED_32 && increment <= MAX_UNSIGNED_32;
        return inRange ? Optional.of(new ClusterTime(seconds, increment)) : Optional.empty();
    }

    /** The 64 bits of the BSON timestamp; compare them unsigned. */
    public long bits() {
        return seconds << 32 | increment;
    }

    public BsonTimestamp toBson() {
        return new BsonTimestamp(bits());
    }

    public Instant toInstant() {
        return Instant.ofEpochSecond(seconds);
    }

    /** The cluster time just before this one; none lies between. */
    public ClusterTime previous() {
        if (equals(ZERO)) {
            throw new IllegalStateException("no cluster time lies before 0:0");
        }
        return ofBits(bits() - 1);
    }

    /** The cluster time just after this one; none lies between. */
    public ClusterTime next() {
        if (equals(MAX)) {
            throw new IllegalStateException("no cluster time lies after " + MAX);
        }
        return ofBits(bits() + 1);
    }

    public boolean isBefore(ClusterTime other) {
        return compareTo(other) < 0;
    }

    public boolean isAfter(ClusterTime other) {
        return compareTo(other) > 0;
    }

    public static ClusterTime min(ClusterTime a, ClusterTime b) {
        return a.isAfter(b) ? b : a;
    }

    public static ClusterTime max(ClusterTime a, ClusterTime b) {
        return a.isBefore(b) ? b : a;
    }

    @Override
    public int compareTo(ClusterTime other) {
        return Long.compareUnsigned(bits(), other.bits());
    }

    @Override
    public String toString() {
        return seconds + ":" + increment;
    }

    private static void requireUnsigned32(String name, long value) {
        if (value < 0 || value > MAX_UNSIGNED_32) {
            throw new IllegalArgumentException(
                    "cluster time " + name + " must lie in 0 to 4294967295 but is " + value);
        }
    }
}
