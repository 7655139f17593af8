package io.tidemark.storage.frames;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import io.tidemark.storage.encryption.FrameCipher;
import io.tidemark.storage.object.DamagedObjectException;
import java.util.Optional;
import java.util.zip.CRC32C;

/** From a stored frame to its documents, or to the damage that is in it. */
final class FrameDecoder {
    private final String key;
    private final Optional<FrameCipher> cipher;

    FrameDecoder(String key, Optional<FrameCipher> cipher) {
        this.key = key;
        this.cipher = cipher;
    }

    byte[] decode(int ordinal, Frame frame, byte[] stored) {
        CRC32C crc = new CRC32C();
        crc.update(stored);
        if (stored.length != frame.sizeBytes() || (int) crc.getValue() != frame.crc32c()) {
            throw damaged(key, frameText(ordinal, frame) + " is not what was written");
        }
        byte[] packed =
                cipher.isEmpty()
                        ? stored
                        : cipher.get()
                                .open(ordinal, stored)
                                .orElseThrow(
                                        () ->
                                                damaged(
                                                        key,
                                                        frameText(ordinal, frame)
                                                                + " does not open with its key"));
        return decompress(ordinal, frame, packed);
    }

    private byte[] decompress(int ordinal, Frame frame, byte[] packed) {
        byte[] raw = new byte[frame.rawBytes()];
        try {
            long size = Zstd.decompress(raw, packed);
            if (!Zstd.isError(size) && size == raw.length) {
                return raw;
            }
        } catch (ZstdException e) {
            throw damaged(
                    key, frameText(ordinal, frame) + " can't be unpacked (" + e.getMessage() + ")");
        }
        throw damaged(key, frameText(ordinal, frame) + " can't be unpacked");
    }

    private static String frameText(int ordinal, Frame frame) {
        return "frame " + ordinal + " at byte " + frame.offset();
    }

    static DamagedObjectException damaged(String key, String what) {
        return new DamagedObjectException(
                new DamagedObjectException.Damage(
                        key,
                        "is damaged",
                        what + ", so what it covers can't be restored from it",
                        "bring the object back from a copy of the bucket (versions, replication);"
                                + " without one, restore only to times that don't need it, and take"
                                + " a new base snapshot"));
    }
}
