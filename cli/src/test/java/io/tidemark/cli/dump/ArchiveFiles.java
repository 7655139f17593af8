package io.tidemark.cli.dump;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonString;

/**
 * Writes archives as {@code mongodump --archive} does: collections in turns, a few documents a
 * block.
 */
public final class ArchiveFiles {
    private static final byte[] TERMINATOR = {-1, -1, -1, -1};
    private static final int DOCUMENTS_A_BLOCK = 2;

    private final List<Collection> collections = new ArrayList<>();

    private record Collection(
            String database, String name, String metadata, String type, List<byte[]> documents) {}

    /** One that the prelude tells of, with its documents. */
    public ArchiveFiles add(String ns, String metadata, String type, List<byte[]> documents) {
        int dot = ns.indexOf('.');
        collections.add(
                new Collection(
                        ns.substring(0, dot), ns.substring(dot + 1), metadata, type, documents));
        return this;
    }

    /** The entries of the time of the dump, which lie in no database. */
    public ArchiveFiles oplog(List<byte[]> entries) {
        collections.add(new Collection("", "oplog", "", "", entries));
        return this;
    }

    public byte[] bytes() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(new byte[] {0x6D, (byte) 0xE2, (byte) 0x99, (byte) 0x81});
        out.writeBytes(
                DumpFiles.bytes(
                        List.of(
                                new BsonDocument("concurrent_collections", new BsonInt32(4))
                                        .append("version", new BsonString("0.1"))
                                        .append("server_version", new BsonString("5.0.5-4"))
                                        .append("tool_version", new BsonString("100.5.1")))));
        for (Collection each : collections) {
            out.writeBytes(
                    DumpFiles.bytes(
                            List.of(
                                    name(each)
                                            .append("metadata", new BsonString(each.metadata()))
                                            .append("size", new BsonInt32(0))
                                            .append("type", new BsonString(each.type())))));
        }
        out.writeBytes(TERMINATOR);
        blocks(out);
        return out.toByteArray();
    }

    private void blocks(ByteArrayOutputStream out) {
        boolean more = true;
        for (int from = 0; more; from += DOCUMENTS_A_BLOCK) {
            more = false;
            for (Collection each : collections) {
                int size = each.documents().size();
                if (each.type().equals("view") || from > size + DOCUMENTS_A_BLOCK) {
                    continue;
                }
                if (from < size) {
                    out.writeBytes(DumpFiles.bytes(List.of(header(each, false, 0))));
                    each.documents()
                            .subList(from, Math.min(size, from + DOCUMENTS_A_BLOCK))
                            .forEach(out::writeBytes);
                    out.writeBytes(TERMINATOR);
                    more = true;
                } else if (from < size + DOCUMENTS_A_BLOCK) {
                    long crc = crc64(each.documents());
                    out.writeBytes(DumpFiles.bytes(List.of(header(each, true, crc))));
                    out.writeBytes(TERMINATOR);
                }
            }
        }
    }

    private static BsonDocument name(Collection collection) {
        return new BsonDocument("db", new BsonString(collection.database()))
                .append("collection", new BsonString(collection.name()));
    }

    private static BsonDocument header(Collection of, boolean eof, long crc) {
        BsonDocument name = name(of);
        if (of.type().equals("timeseries")) {
            name.put("collection", new BsonString("system.buckets." + of.name()));
        }
        return name.append("EOF", BsonBoolean.valueOf(eof)).append("CRC", new BsonInt64(crc));
    }

    /** Bit by bit, as the polynomial's definition says. */
    public static long crc64(List<byte[]> documents) {
        long crc = -1;
        for (byte[] document : documents) {
            for (byte each : document) {
                crc ^= each & 0xFF;
                for (int bit = 0; bit < 8; bit++) {
                    crc = (crc & 1) == 1 ? crc >>> 1 ^ 0xC96C5795D7870F42L : crc >>> 1;
                }
            }
        }
        return ~crc;
    }
}
