package io.tidemark.storage.encryption;

import java.util.Optional;

/**
 * Holds the keys that wrap data keys: a file's, later a key management service's. May be used by
 * many threads.
 */
public interface KeyRing {
    /**
     * A data key for one object, wrapped by the ring's current key. A ring that can derives it from
     * {@code context}, so that the same content under the same key gives the same object again; a
     * ring that can't gives a random one.
     *
     * @param context binds the data key to the object's place and content
     */
    DataKey newDataKey(byte[] context);

    /**
     * Opens a wrapped key; empty if the ring doesn't have the key of that id.
     *
     * @throws WrongKeyException if the ring has a key of that id and it doesn't fit
     */
    Optional<DataKey> unwrap(String keyId, byte[] wrapped);
}
