package io.tidemark.storage.frames;

import io.tidemark.storage.object.Body;
import io.tidemark.storage.object.UnreachableException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Bytes that are appended, then read back: in memory as long as the budget gives, in a temporary
 * file from then on. The file has no name: nothing is left of it when the process dies. One thread
 * at a time.
 */
final class SpillBuffer implements Body, AutoCloseable {
    static final int BLOCK_BYTES = 64 * 1024;
    private final MemoryBudget budget;
    private final Path folder;
    private final List<byte[]> blocks = new ArrayList<>();
    private ByteBuffer tail = ByteBuffer.allocate(0);
    private FileChannel file;
    private long fileBytes;

    SpillBuffer(MemoryBudget budget, Path folder) {
        this.budget = budget;
        this.folder = folder;
    }

    @Override
    public long sizeBytes() {
        return (long) blocks.size() * BLOCK_BYTES + fileBytes + tail.position();
    }

    boolean isSpilled() {
        return file != null;
    }

    void write(byte[] bytes, int offset, int length) {
        write(ByteBuffer.wrap(bytes, offset, length));
    }

    void write(ByteBuffer bytes) {
        while (bytes.hasRemaining()) {
            if (!tail.hasRemaining()) {
                makeRoom(bytes.remaining());
            }
            int count = Math.min(tail.remaining(), bytes.remaining());
            tail.put(bytes.slice().limit(count));
            bytes.position(bytes.position() + count);
        }
    }

    private void makeRoom(int wanted) {
        if (tail.capacity() < BLOCK_BYTES) {
            growTail(wanted);
        } else if (file == null && budget.tryTake(BLOCK_BYTES)) {
            blocks.add(tail.array());
            tail = ByteBuffer.allocate(BLOCK_BYTES);
        } else {
            spill();
        }
    }

    /** Small at first: most partitions of a quiet cluster never fill a block. */
    private void growTail(int wanted) {
        int size = Math.max(tail.capacity() * 2, tail.position() + Math.min(wanted, BLOCK_BYTES));
        ByteBuffer larger = ByteBuffer.allocate(Math.min(BLOCK_BYTES, Math.max(1024, size)));
        tail = larger.put(tail.flip());
    }

    private void spill() {
        try {
            if (file == null) {
                file = openNameless();
            }
            for (byte[] block : blocks) {
                append(ByteBuffer.wrap(block));
            }
            budget.giveBack((long) blocks.size() * BLOCK_BYTES);
            blocks.clear();
            append(tail.flip());
            tail.clear();
        } catch (IOException e) {
            throw unreachable(e);
        }
    }

    private FileChannel openNameless() throws IOException {
        Files.createDirectories(folder);
        Path path = Files.createTempFile(folder, "spill", ".tmp");
        FileChannel channel =
                FileChannel.open(
                        path,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.DELETE_ON_CLOSE);
        Files.deleteIfExists(path);
        return channel;
    }

    private void append(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            fileBytes += file.write(bytes, fileBytes);
        }
    }

    /** The whole content into {@code target}, which has room for it. */
    void readInto(ByteBuffer target) {
        try {
            for (long at = 0; at < fileBytes; ) {
                int count = (int) Math.min(target.remaining(), fileBytes - at);
                int read = file.read(target.duplicate().limit(target.position() + count), at);
                if (read < 0) {
                    throw new IOException("the spill file became shorter");
                }
                target.position(target.position() + read);
                at += read;
            }
        } catch (IOException e) {
            throw unreachable(e);
        }
        blocks.forEach(target::put);
        target.put(tail.duplicate().flip());
    }

    @Override
    public InputStream open() {
        return new Reading();
    }

    /** Forgets the content; memory and disk are given back. */
    void clear() {
        budget.giveBack((long) blocks.size() * BLOCK_BYTES);
        blocks.clear();
        tail = ByteBuffer.allocate(0);
        fileBytes = 0;
        if (file != null) {
            try {
                file.close();
            } catch (IOException e) {
                throw unreachable(e);
            } finally {
                file = null;
            }
        }
    }

    @Override
    public void close() {
        clear();
    }

    private UnreachableException unreachable(IOException e) {
        return new UnreachableException(
                "Can't use a spill file in "
                        + folder
                        + " ("
                        + e
                        + "). See that the directory is writable and not full, or raise the memory"
                        + " budget; then run again.",
                e);
    }

    /** Reads file, blocks and tail in order, each by its place. */
    private final class Reading extends InputStream {
        private long at;

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            int count =
                    at < fileBytes
                            ? fromFile(bytes, offset, length)
                            : fromMemory(bytes, offset, length);
            at += Math.max(0, count);
            return count;
        }

        private int fromFile(byte[] bytes, int offset, int length) throws IOException {
            int most = (int) Math.min(length, fileBytes - at);
            int count = file.read(ByteBuffer.wrap(bytes, offset, most), at);
            if (count < 0) {
                throw new IOException("the spill file became shorter");
            }
            return count;
        }

        private int fromMemory(byte[] bytes, int offset, int length) {
            long inMemory = at - fileBytes;
            int block = (int) (inMemory / BLOCK_BYTES);
            byte[] source = block < blocks.size() ? blocks.get(block) : tail.array();
            int end = block < blocks.size() ? BLOCK_BYTES : tail.position();
            int start = (int) (inMemory - (long) Math.min(block, blocks.size()) * BLOCK_BYTES);
            int count = Math.min(length, end - start);
            if (count <= 0) {
                return -1;
            }
            System.arraycopy(source, start, bytes, offset, count);
            return count;
        }
    }
}
