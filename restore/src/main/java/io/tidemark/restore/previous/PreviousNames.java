package io.tidemark.restore.previous;

import io.tidemark.schemas.model.Namespace;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Collection;
import java.util.zip.CRC32C;

/** The names under which is kept what was there before a restore. */
public final class PreviousNames {
    /** Collections whose names begin so are what was there before a restore. */
    public static final String PREFIX = "tidemark_previous_";

    /** Of a namespace, in bytes (MongoDB manual, "MongoDB Limits and Thresholds", from 4.4 on). */
    private static final int LONGEST = 255;

    private PreviousNames() {}

    public static boolean isKept(Namespace namespace) {
        return namespace.collection().startsWith(PREFIX);
    }

    /**
     * Tells this restore's names from those of others: the second in which it begins, or the first
     * after it that none has used.
     *
     * @param present collections of all its targets
     */
    public static String token(Instant now, Collection<Namespace> present) {
        long second = now.getEpochSecond();
        while (isUsed(PREFIX + second + "_", present)) {
            second++;
        }
        return Long.toString(second);
    }

    private static boolean isUsed(String prefix, Collection<Namespace> present) {
        return present.stream().anyMatch(name -> name.collection().startsWith(prefix));
    }

    /**
     * The name that a collection is kept under, in its own database: always the same for the same
     * collection and token. What would be too long is cut, and told apart by a checksum.
     *
     * @param token tells restores apart
     */
    public static Namespace of(Namespace name, String token) {
        String whole = PREFIX + token + "_" + name.collection();
        Namespace place = name.withCollection(whole);
        if (sizeOf(place) <= LONGEST) {
            return place;
        }
        CRC32C sum = new CRC32C();
        sum.update(name.collection().getBytes(StandardCharsets.UTF_8));
        String end = String.format("_%08x", sum.getValue());
        String cut = whole;
        while (sizeOf(name.withCollection(cut + end)) > LONGEST) {
            // Between characters of the basic plane and others alike.
            cut = cut.substring(0, cut.offsetByCodePoints(cut.length(), -1));
        }
        return name.withCollection(cut + end);
    }

    private static int sizeOf(Namespace namespace) {
        return namespace.toString().getBytes(StandardCharsets.UTF_8).length;
    }
}
