package io.tidemark.storage.object;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/** Tells an earlier try of the same put from another writer's object. */
final class SameContent {
    private static final int CHUNK = 4 * 1024 * 1024;

    private SameContent() {}

    /** Compares byte by byte; a store's own checksums depend on how an object was uploaded. */
    static boolean check(ObjectStore store, String key, Body body) throws IOException {
        long size = store.head(key).map(StoredObject::sizeBytes).orElse(-1L);
        if (size != body.sizeBytes()) {
            return false;
        }
        try (InputStream mine = body.open()) {
            for (long at = 0; at < size; at += CHUNK) {
                byte[] there = store.read(key, at, CHUNK);
                if (!Arrays.equals(there, mine.readNBytes(CHUNK))) {
                    return false;
                }
            }
        }
        return true;
    }
}
