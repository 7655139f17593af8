package io.tidemark.storage.object;

/**
 * An object is sealed with a key that is not here. For who must read it that is no better than
 * damage; the object is whole, though, and the operator has to give other keys.
 */
public final class MissingKeyException extends DamagedObjectException {
    private static final long serialVersionUID = 1L;

    /**
     * @param key of the object
     * @param keyId of the key that it is sealed with
     */
    public MissingKeyException(String key, String keyId) {
        super(
                new Damage(
                        key,
                        "is sealed with key '" + keyId + "', which is not here",
                        "its content can't be read",
                        "give the key ring that holds it (--encryption.keys FILE)"));
    }
}
