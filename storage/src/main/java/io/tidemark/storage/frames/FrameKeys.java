package io.tidemark.storage.frames;

import io.tidemark.storage.encryption.DataKey;
import io.tidemark.storage.encryption.FrameCipher;
import io.tidemark.storage.encryption.KeyRing;
import io.tidemark.storage.json.JsonFields;
import io.tidemark.storage.object.DamagedObjectException;
import io.tidemark.storage.object.MissingKeyException;
import java.util.Base64;
import java.util.Optional;

/**
 * What opens sealed frames.
 *
 * @param ring empty if the reader has no keys: then only objects in the clear can be read
 */
public record FrameKeys(Optional<KeyRing> ring) {
    public static final FrameKeys NONE = new FrameKeys(Optional.empty());

    public static FrameKeys of(KeyRing ring) {
        return new FrameKeys(Optional.of(ring));
    }

    /**
     * Empty for an object in the clear.
     *
     * @throws MissingKeyException if the key that it is sealed with is not here
     */
    Optional<FrameCipher> cipher(String key, JsonFields header) {
        return header.optionalObject("encryption").map(e -> open(key, e));
    }

    private FrameCipher open(String key, JsonFields encryption) {
        String keyId = encryption.text("keyId");
        String algorithm = encryption.text("algorithm");
        if (!algorithm.equals(FrameCipher.ALGORITHM)) {
            throw cantOpen(key, "is sealed with " + algorithm, "use a later version of Tidemark");
        }
        byte[] wrapped = Base64.getDecoder().decode(encryption.text("wrappedKey"));
        Optional<DataKey> dataKey = ring.flatMap(r -> r.unwrap(keyId, wrapped));
        return new FrameCipher(dataKey.orElseThrow(() -> new MissingKeyException(key, keyId)));
    }

    private static DamagedObjectException cantOpen(String key, String what, String act) {
        return new DamagedObjectException(
                new DamagedObjectException.Damage(key, what, "its content can't be read", act));
    }
}
