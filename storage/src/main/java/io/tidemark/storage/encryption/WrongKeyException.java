package io.tidemark.storage.encryption;

/** A key of the right name that does not open what it should. */
public final class WrongKeyException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    WrongKeyException(String keyId, Throwable cause) {
        super(
                "Key '"
                        + keyId
                        + "' of the key ring does not open a data key that names it: another key"
                        + " was written under this name, or the object is damaged. Use the key"
                        + " ring of the time when the object was written (--encryption.keys FILE).",
                cause);
    }
}
