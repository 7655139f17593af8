package io.tidemark.embedded.net;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;

/**
 * Ports that processes of this machine have chosen, each a locked byte of one file in the folder
 * for temporary files. The system gives a process's locks back when it ends, however it ends.
 */
final class PortLocks {
    private static final String FILE = "tidemark-ports-%s.lock";

    /** Open as long as this process lives: closing it would give the locks back. */
    private static FileChannel file;

    private static final Map<Integer, FileLock> HELD = new HashMap<>();

    private PortLocks() {}

    /** False if another process has chosen this port. */
    static synchronized boolean lock(int port) throws IOException {
        if (file == null) {
            Path folder = Path.of(System.getProperty("java.io.tmpdir"));
            Path path = folder.resolve(FILE.formatted(System.getProperty("user.name")));
            file = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        }
        FileLock lock = file.tryLock(port, 1, false);
        if (lock != null) {
            HELD.put(port, lock);
        }
        return lock != null;
    }

    /** Lets others choose this port. */
    static synchronized void unlock(int port) throws IOException {
        FileLock lock = HELD.remove(port);
        if (lock != null) {
            lock.release();
        }
    }
}
