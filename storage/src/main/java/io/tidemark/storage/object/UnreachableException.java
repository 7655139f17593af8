package io.tidemark.storage.object;

/**
 * The bucket did not do what was asked: network, credentials, no such bucket, a full disk. Nothing
 * is known to be damaged; what was half done is not visible under its key, and the same call may
 * succeed later.
 */
public final class UnreachableException extends StorageException {
    private static final long serialVersionUID = 1L;

    public UnreachableException(String message, Throwable cause) {
        super(message, cause);
    }
}
