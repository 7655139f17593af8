package io.tidemark.storage.object;

/**
 * What the bucket can do to us. Each kind is a different act for the operator: {@link
 * UnreachableException} see to the bucket and run again; {@link DamagedObjectException} the archive
 * is hurt, repair it; {@link FencedException} another process writes the same archive, stop one.
 */
public abstract sealed class StorageException extends RuntimeException
        permits UnreachableException, DamagedObjectException, FencedException {
    private static final long serialVersionUID = 1L;

    StorageException(String message, Throwable cause) {
        super(message, cause);
    }
}
