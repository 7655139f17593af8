package io.tidemark.storage.encryption;

import java.util.Arrays;

/**
 * The key of one object, in the clear and wrapped. Never logged, never written in the clear.
 *
 * @param secret 32 bytes
 * @param wrapped what is stored beside the data; only the key ring can open it
 * @param keyId which key of the ring wrapped it
 */
public record DataKey(byte[] secret, byte[] wrapped, String keyId) {
    public static final int SIZE_BYTES = 32;

    public DataKey {
        if (secret.length != SIZE_BYTES) {
            throw new IllegalArgumentException("a data key has 32 bytes, not " + secret.length);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof DataKey key
                && keyId.equals(key.keyId)
                && Arrays.equals(wrapped, key.wrapped)
                && Arrays.equals(secret, key.secret);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(wrapped);
    }

    @Override
    public String toString() {
        return "data key wrapped by " + keyId;
    }
}
