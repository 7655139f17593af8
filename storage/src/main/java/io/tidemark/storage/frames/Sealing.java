package io.tidemark.storage.frames;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.storage.encryption.DataKey;
import io.tidemark.storage.encryption.FrameCipher;
import io.tidemark.storage.encryption.KeyRing;
import io.tidemark.storage.json.JsonFields;
import io.tidemark.storage.object.Body;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.CRC32C;

/** Turns frames into a whole object: encryption, header, digests, index. */
final class Sealing {
    private static final int CHUNK = 64 * 1024;
    private final FrameOptions options;
    private final String key;
    private final ObjectNode header;

    Sealing(FrameOptions options, String key, ObjectNode header) {
        this.options = options;
        this.key = key;
        this.header = header;
    }

    SealedObject seal(SpillBuffer packed, List<Frame> frames) {
        return options.keys().isPresent()
                ? encrypted(packed, frames, options.keys().get())
                : whole(packed, frames);
    }

    private SealedObject encrypted(SpillBuffer packed, List<Frame> frames, KeyRing keys) {
        DataKey dataKey = keys.newDataKey(context(packed));
        header.putObject("encryption")
                .put("algorithm", FrameCipher.ALGORITHM)
                .put("keyId", dataKey.keyId())
                .put("wrappedKey", Base64.getEncoder().encodeToString(dataKey.wrapped()));
        FrameCipher cipher = new FrameCipher(dataKey);
        SpillBuffer sealed = new SpillBuffer(options.memory(), options.spillFolder());
        List<Frame> sealedFrames = new ArrayList<>();
        try (packed;
                InputStream plain = packed.open()) {
            for (Frame frame : frames) {
                byte[] bytes = plain.readNBytes(frame.sizeBytes());
                byte[] out = cipher.seal(sealedFrames.size(), bytes, 0, bytes.length);
                sealedFrames.add(frame.at(sealed.sizeBytes(), out.length, crc(out)));
                sealed.write(out, 0, out.length);
            }
        } catch (IOException e) {
            throw new IllegalStateException("what was just written can't be read again", e);
        }
        return whole(sealed, sealedFrames);
    }

    /** The object's key and content: no two objects get the same data key. */
    private byte[] context(SpillBuffer packed) {
        MessageDigest digest = sha256();
        digest.update(key.getBytes(StandardCharsets.UTF_8));
        digest.update((byte) 0);
        digest(digest, packed);
        return digest.digest();
    }

    private SealedObject whole(SpillBuffer frames, List<Frame> relative) {
        byte[] head = Skippable.header(JsonFields.bytes(header));
        List<Frame> placed = new ArrayList<>();
        for (Frame frame : relative) {
            placed.add(frame.at(frame.offset() + head.length, frame.sizeBytes(), frame.crc32c()));
        }
        MessageDigest digest = sha256();
        digest.update(head);
        digest(digest, frames);
        FrameIndex index = new FrameIndex(placed, hex(digest));
        byte[] tail = Skippable.index(index.toJson());
        Body body = Body.concat(List.of(Body.of(head), frames, Body.of(tail)));
        return new SealedObject(body, frames, index);
    }

    private static void digest(MessageDigest digest, SpillBuffer buffer) {
        byte[] chunk = new byte[CHUNK];
        try (InputStream in = buffer.open()) {
            for (int count = in.read(chunk); count >= 0; count = in.read(chunk)) {
                digest.update(chunk, 0, count);
            }
        } catch (IOException e) {
            throw new IllegalStateException("what was just written can't be read again", e);
        }
    }

    private static int crc(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    static String hex(MessageDigest digest) {
        return HexFormat.of().formatHex(digest.digest());
    }
}
