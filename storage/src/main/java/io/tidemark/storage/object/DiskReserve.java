package io.tidemark.storage.object;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file that is there only to be removed. Who prunes puts notes first; on a full disk there would
 * be no room for them, so nothing could be removed, ever.
 */
final class DiskReserve {
    static final String NAME = "reserve";

    /** Blocks for a few folders and files. */
    private static final int BYTES = 64 << 10;

    private final Path file;

    DiskReserve(Path folder) {
        this.file = folder.resolve(NAME);
    }

    /** Does nothing if it is there, or finds no room: then the disk is full already. */
    void take() {
        try {
            if (Files.notExists(file)) {
                Files.createDirectories(file.getParent());
                Files.write(file, noise(), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            }
        } catch (FileAlreadyExistsException byAnother) {
            return;
        } catch (IOException full) {
            release(); // a part of it would pass for all of it
        }
    }

    /** Zeros take no room where the file system compresses. */
    private static byte[] noise() {
        byte[] bytes = new byte[BYTES];
        int state = 1; // Marsaglia's xorshift
        for (int i = 0; i < BYTES; i++) {
            state ^= state << 13;
            state ^= state >>> 17;
            state ^= state << 5;
            bytes[i] = (byte) state;
        }
        return bytes;
    }

    /** False if there was none. */
    boolean release() {
        try {
            return Files.deleteIfExists(file);
        } catch (IOException notOurs) {
            return false; // whose note finds no room says what is wrong with the folder
        }
    }
}
