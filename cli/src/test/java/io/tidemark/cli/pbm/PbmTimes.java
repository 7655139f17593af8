package io.tidemark.cli.pbm;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import org.bson.BsonTimestamp;
import org.bson.RawBsonDocument;

/** Cluster times as names of slices have them. */
final class PbmTimes {
    private static final DateTimeFormatter FORMAT =
            DateTimeFormatter.ofPattern("yyyyMMddHHmmss").withZone(ZoneOffset.UTC);

    private PbmTimes() {}

    static String name(byte[] entry) {
        BsonTimestamp time = new RawBsonDocument(entry).getTimestamp("ts");
        return FORMAT.format(Instant.ofEpochSecond(time.getTime())) + "-" + time.getInc();
    }
}
