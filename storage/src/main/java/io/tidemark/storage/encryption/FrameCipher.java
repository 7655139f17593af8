package io.tidemark.storage.encryption;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Optional;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * AES-256-GCM over the frames of one object. A sealed frame is {@code "TME1"}, the length of the
 * rest (4 bytes, little-endian), ciphertext and 16 bytes of tag. The nonce is the frame's ordinal:
 * a data key serves one object only, so no nonce comes twice; and a frame moved to another place or
 * another object does not open.
 */
public final class FrameCipher {
    public static final String ALGORITHM = "AES-256-GCM";
    private static final int MAGIC = 0x31454D54;
    private static final int HEAD = 8;
    private static final int TAG = 16;
    private final SecretKeySpec key;

    public FrameCipher(DataKey key) {
        this.key = new SecretKeySpec(key.secret(), "AES");
    }

    /** How many bytes sealing adds. */
    public static int overheadBytes() {
        return HEAD + TAG;
    }

    public byte[] seal(int ordinal, byte[] frame, int offset, int length) {
        try {
            Cipher cipher = cipher(Cipher.ENCRYPT_MODE, ordinal);
            byte[] sealed = new byte[HEAD + length + TAG];
            ByteBuffer.wrap(sealed)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putInt(MAGIC)
                    .putInt(length + TAG);
            cipher.doFinal(frame, offset, length, sealed, HEAD);
            return sealed;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java lacks AES-256-GCM", e);
        }
    }

    /** Empty if the bytes are not what was sealed with this key at this place. */
    public Optional<byte[]> open(int ordinal, byte[] sealed) {
        ByteBuffer head = ByteBuffer.wrap(sealed).order(ByteOrder.LITTLE_ENDIAN);
        boolean whole =
                sealed.length >= HEAD + TAG
                        && head.getInt() == MAGIC
                        && head.getInt() == sealed.length - HEAD;
        if (!whole) {
            return Optional.empty();
        }
        try {
            Cipher cipher = cipher(Cipher.DECRYPT_MODE, ordinal);
            return Optional.of(cipher.doFinal(sealed, HEAD, sealed.length - HEAD));
        } catch (AEADBadTagException changed) {
            return Optional.empty();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java lacks AES-256-GCM", e);
        }
    }

    private Cipher cipher(int mode, int ordinal) throws GeneralSecurityException {
        byte[] nonce = Arrays.copyOf(ByteBuffer.allocate(4).putInt(ordinal).array(), 12);
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key, new GCMParameterSpec(TAG * 8, nonce));
        return cipher;
    }
}
