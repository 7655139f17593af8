package io.tidemark.cli.backupfile;

import io.tidemark.schemas.bson.RawDocument;

/**
 * CRC-64/XZ (polynomial of ECMA-182, reflected): what mongodump's archives and Percona Backup keep
 * of each collection.
 */
public final class Crc64 {
    private static final long POLYNOMIAL = 0xC96C5795D7870F42L;

    /** Eight tables, so that eight bytes go in at once. */
    private static final long[][] TABLES = tables();

    private long crc = -1L;

    private static long[][] tables() {
        long[][] tables = new long[8][256];
        for (int i = 0; i < 256; i++) {
            long value = i;
            for (int bit = 0; bit < 8; bit++) {
                value = (value & 1) == 0 ? value >>> 1 : value >>> 1 ^ POLYNOMIAL;
            }
            tables[0][i] = value;
        }
        for (int i = 0; i < 256; i++) {
            for (int t = 1; t < 8; t++) {
                long before = tables[t - 1][i];
                tables[t][i] = before >>> 8 ^ tables[0][(int) before & 0xFF];
            }
        }
        return tables;
    }

    public void update(RawDocument document) {
        update(document.array(), document.offset(), document.sizeBytes());
    }

    public void update(byte[] bytes, int from, int length) {
        int at = from;
        int end = from + length;
        for (; at + 8 <= end; at += 8) {
            long next = 0;
            for (int i = 7; i >= 0; i--) {
                next = next << 8 | bytes[at + i] & 0xFF;
            }
            next ^= crc;
            crc = 0;
            for (int i = 0; i < 8; i++) {
                crc ^= TABLES[7 - i][(int) (next >>> 8 * i) & 0xFF];
            }
        }
        for (; at < end; at++) {
            crc = TABLES[0][(int) (crc ^ bytes[at]) & 0xFF] ^ crc >>> 8;
        }
    }

    public long value() {
        return ~crc;
    }
}
