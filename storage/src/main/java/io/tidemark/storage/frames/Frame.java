package io.tidemark.storage.frames;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.storage.json.JsonFields;
import java.util.HexFormat;
import java.util.Optional;

/**
 * One frame as the index tells of it.
 *
 * @param offset of its first byte in the object
 * @param sizeBytes as stored
 * @param rawBytes of the documents
 * @param documents how many, 1 or more
 * @param times of the first and last document, where documents have cluster times
 * @param crc32c of the stored bytes
 */
public record Frame(
        long offset,
        int sizeBytes,
        int rawBytes,
        int documents,
        Optional<TimeSpan> times,
        int crc32c) {
    private static final int MOST_BYTES = 64 * 1024 * 1024;

    public Frame {
        boolean possible = offset >= 0 && sizeBytes > 0 && sizeBytes <= MOST_BYTES;
        possible &= rawBytes > 0 && rawBytes <= MOST_BYTES && documents > 0;
        if (!possible) {
            throw new IllegalArgumentException(
                    "a frame at " + offset + " of " + sizeBytes + " bytes, " + rawBytes + " raw");
        }
    }

    /** First and last cluster time, both inclusive. */
    public record TimeSpan(ClusterTime first, ClusterTime last) {
        public TimeSpan {
            if (last.isBefore(first)) {
                throw new IllegalArgumentException("frame ends at " + last + " before " + first);
            }
        }
    }

    long end() {
        return offset + sizeBytes;
    }

    Frame at(long newOffset, int newSize, int newCrc) {
        return new Frame(newOffset, newSize, rawBytes, documents, times, newCrc);
    }

    ObjectNode toJson() {
        ObjectNode json =
                JsonFields.newObject()
                        .put("offset", offset)
                        .put("bytes", sizeBytes)
                        .put("rawBytes", rawBytes)
                        .put("documents", documents);
        times.ifPresent(
                t -> json.put("first", t.first().toString()).put("last", t.last().toString()));
        return json.put("crc32c", HexFormat.of().toHexDigits(crc32c));
    }

    static Frame of(JsonFields json) {
        return json.build(
                f ->
                        new Frame(
                                f.number("offset"),
                                Math.toIntExact(f.number("bytes")),
                                Math.toIntExact(f.number("rawBytes")),
                                Math.toIntExact(f.number("documents")),
                                f.optionalClusterTime("first")
                                        .map(t -> new TimeSpan(t, f.clusterTime("last"))),
                                HexFormat.fromHexDigits(f.text("crc32c"))));
    }
}
