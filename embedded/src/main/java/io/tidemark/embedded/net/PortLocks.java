package io.tidemark.embedded.net;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Ports that processes of this machine have chosen, each a locked byte of one file in the folder
 * for temporary files. The system gives a process's locks back when it ends, however it ends.
 */
final class PortLocks {
    private static final String FILE = "tidemark-ports-%s.lock";

    /** Open as long as this process lives: closing it would give the locks back. */
    private static FileChannel file;

    private PortLocks() {}

    /** False if another process has chosen this port. */
    static synchronized boolean lock(int port) throws IOException {
        if (file == null) {
            Path folder = Path.of(System.getProperty("java.io.tmpdir"));
            Path path = folder.resolve(FILE.formatted(System.getProperty("user.name")));
            file = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        }
        return file.tryLock(port, 1, false) != null;
    }
}
