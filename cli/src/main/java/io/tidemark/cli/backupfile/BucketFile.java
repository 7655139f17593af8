package io.tidemark.cli.backupfile;

import io.tidemark.storage.object.ObjectStore;
import io.tidemark.storage.object.StoredObject;
import java.io.InputStream;
import java.util.List;

/**
 * A file in a bucket. A tool may have cut it into several objects, which follow each other.
 *
 * @param parts one or more, in order
 */
public record BucketFile(ObjectStore store, List<StoredObject> parts) implements BackupFile {
    public BucketFile {
        parts = List.copyOf(parts);
        if (parts.isEmpty()) {
            throw new IllegalArgumentException("a file without an object");
        }
    }

    /** Its name in the bucket. */
    public String key() {
        return parts.get(0).key();
    }

    /** As stored, all parts together. */
    public long sizeBytes() {
        return parts.stream().mapToLong(StoredObject::sizeBytes).sum();
    }

    @Override
    public String shortName() {
        return key().substring(key().lastIndexOf('/') + 1);
    }

    @Override
    public InputStream openStored() {
        return new ObjectInputStream(store, parts);
    }

    @Override
    public String toString() {
        return key() + " in " + store.describe();
    }
}
