package io.tidemark.storage.object;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

/**
 * A bucket in a directory: one file per object. A put writes a temporary file beside the tree,
 * syncs it, and links it under its name: linking is atomic and fails if the name is taken (POSIX
 * link(2)), so an object is never seen half and never overwritten. The file system must have hard
 * links; a killed process leaves temporary files, which no listing shows and the first put of
 * another one removes when they are a day old. Beside them lies a {@linkplain DiskReserve reserve},
 * without which a prune could not begin on a full disk.
 */
public final class FileObjectStore implements ObjectStore {
    static final String TEMPORARY = ".tidemark-tmp";

    /** A put that writes nothing for so long will not go on, or fails if it does. */
    private static final Duration ABANDONED = Duration.ofDays(1);

    private final Path root;
    private final UploadStreams uploads;
    private final DiskReserve reserve;
    private final AtomicBoolean swept = new AtomicBoolean();

    /** Opens nothing; the directory is made by the first put. */
    public FileObjectStore(Path root) {
        this(root, Channels::newOutputStream);
    }

    /** With the stream that writes go through, so that tests can let the disk fill up. */
    FileObjectStore(Path root, UploadStreams uploads) {
        this.root = root.toAbsolutePath().normalize();
        this.uploads = uploads;
        this.reserve = new DiskReserve(this.root.resolve(TEMPORARY));
    }

    /** How bytes reach a temporary file. */
    @FunctionalInterface
    interface UploadStreams {
        OutputStream over(FileChannel file) throws IOException;
    }

    @Override
    public PutOutcome put(String key, Body body) {
        Path target = path(key);
        try {
            if (Files.exists(target)) {
                return alreadyThere(key, body);
            }
            Path temporary = write(body);
            try {
                return linkInFolder(temporary, target, key, body);
            } finally {
                Files.deleteIfExists(temporary);
            }
        } catch (IOException e) {
            throw unreachable("write object " + key, e);
        }
    }

    private PutOutcome linkInFolder(Path temporary, Path target, String key, Body body)
            throws IOException {
        makeFolders(target.getParent());
        try {
            return link(temporary, target, key, body);
        } catch (NoSuchFileException folderWasEmptyAndRemoved) {
            // A delete in the same folder met us; it doesn't do so twice for one object.
            makeFolders(target.getParent());
            return link(temporary, target, key, body);
        }
    }

    private PutOutcome link(Path temporary, Path target, String key, Body body) throws IOException {
        try {
            Files.createLink(target, temporary);
        } catch (FileAlreadyExistsException taken) {
            return alreadyThere(key, body);
        } catch (UnsupportedOperationException e) {
            throw new IOException("the file system has no hard links", e);
        }
        syncFolder(target.getParent());
        return PutOutcome.CREATED;
    }

    private PutOutcome alreadyThere(String key, Body body) throws IOException {
        if (SameContent.check(this, key, body)) {
            // The first writer may have died before its folder was synced.
            syncFolder(path(key).getParent());
            return PutOutcome.ALREADY_IDENTICAL;
        }
        throw FencedException.otherContent(key, describe());
    }

    private Path write(Body body) throws IOException {
        Path folder = root.resolve(TEMPORARY);
        Files.createDirectories(folder);
        if (!swept.getAndSet(true)) {
            removeAbandoned(folder);
            reserve.take();
        }
        Path temporary = folder.resolve(UUID.randomUUID().toString());
        boolean whole = false;
        try (FileChannel file =
                FileChannel.open(
                        temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            long written = copy(body, file);
            if (written != body.sizeBytes()) {
                throw new IOException(
                        "content of " + body.sizeBytes() + " bytes ended after " + written);
            }
            file.force(true);
            whole = true;
        } finally {
            if (!whole) {
                Files.deleteIfExists(temporary);
            }
        }
        return temporary;
    }

    /** Where processes are killed again and again they would fill the disk at last. */
    private static void removeAbandoned(Path folder) {
        FileTime since = FileTime.from(Instant.now().minus(ABANDONED));
        try (Stream<Path> all = Files.list(folder)) {
            all.filter(each -> !each.endsWith(DiskReserve.NAME))
                    .toList()
                    .forEach(each -> removeIfOlder(each, since));
        } catch (IOException | UncheckedIOException e) {
            return; // the put itself tells what is wrong with the folder
        }
    }

    private static void removeIfOlder(Path file, FileTime since) {
        try {
            if (Files.getLastModifiedTime(file).compareTo(since) < 0) {
                Files.deleteIfExists(file);
            }
        } catch (IOException goneOrNotOurs) {
            return; // its put has ended since, or it is another user's
        }
    }

    private long copy(Body body, FileChannel file) throws IOException {
        // Not closed: closing it would close the channel before it is synced.
        OutputStream out = uploads.over(file);
        try (InputStream in = body.open()) {
            long written = in.transferTo(out);
            out.flush();
            return written;
        }
    }

    private void makeFolders(Path folder) throws IOException {
        if (Files.isDirectory(folder)) {
            return;
        }
        makeFolders(folder.getParent());
        try {
            Files.createDirectory(folder);
        } catch (FileAlreadyExistsException byAnother) {
            if (!Files.isDirectory(folder)) {
                throw byAnother;
            }
        }
        syncFolder(folder.getParent());
    }

    /** A name is durable when its folder is. */
    private static void syncFolder(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    @Override
    public Optional<StoredObject> head(String key) {
        try {
            BasicFileAttributes file = Files.readAttributes(path(key), BasicFileAttributes.class);
            return file.isRegularFile()
                    ? Optional.of(new StoredObject(key, file.size()))
                    : Optional.empty();
        } catch (NoSuchFileException absent) {
            return Optional.empty();
        } catch (IOException e) {
            throw unreachable("look at object " + key, e);
        }
    }

    @Override
    public byte[] read(String key, long offset, int length) {
        try (FileChannel file = FileChannel.open(path(key), StandardOpenOption.READ)) {
            int count = (int) Math.max(0, Math.min(length, file.size() - offset));
            ByteBuffer bytes = ByteBuffer.allocate(count);
            while (bytes.hasRemaining()) {
                if (file.read(bytes, offset + bytes.position()) < 0) {
                    throw new IOException("the file became shorter while it was read");
                }
            }
            return bytes.array();
        } catch (NoSuchFileException absent) {
            throw DamagedObjectException.missing(key);
        } catch (IOException e) {
            throw unreachable("read object " + key, e);
        }
    }

    @Override
    public Stream<StoredObject> list(String prefix, String startAfter) {
        return new FileListing(root, prefix, startAfter).stream();
    }

    @Override
    public List<String> folders(String prefix) {
        ObjectNames.requireFolder(prefix);
        Path folder = prefix.isEmpty() ? root : root.resolve(prefix);
        try (Stream<Path> children = Files.list(folder)) {
            return children.filter(Files::isDirectory)
                    .map(child -> child.getFileName().toString())
                    .filter(name -> !(prefix.isEmpty() && name.equals(TEMPORARY)))
                    .sorted()
                    .toList();
        } catch (NoSuchFileException | java.nio.file.NotDirectoryException absent) {
            return List.of();
        } catch (IOException | UncheckedIOException e) {
            throw unreachable("list " + prefix, e);
        }
    }

    @Override
    public List<StoredObject> directlyBelow(String prefix) {
        ObjectNames.requireFolder(prefix);
        return new FileListing(root, prefix, "").topLevel();
    }

    @Override
    public void delete(String key) {
        Path file = path(key);
        try {
            if (Files.isRegularFile(file) && Files.deleteIfExists(file)) {
                syncFolder(file.getParent());
                removeEmptyFolders(file.getParent());
            }
        } catch (IOException e) {
            throw unreachable("delete object " + key, e);
        }
    }

    /** S3 has no empty folders; neither has this, or old hours would be listed for ever. */
    private void removeEmptyFolders(Path folder) throws IOException {
        Path next = folder;
        try {
            while (!next.equals(root) && Files.deleteIfExists(next)) {
                next = next.getParent();
            }
        } catch (DirectoryNotEmptyException reachedOneInUse) {
            return;
        }
    }

    private Path path(String key) {
        Path path = root.resolve(ObjectNames.require(key));
        if (path.startsWith(root.resolve(TEMPORARY))) {
            throw new IllegalArgumentException("object key '" + key + "' is kept for uploads");
        }
        return path;
    }

    private UnreachableException unreachable(String what, Exception e) {
        return new UnreachableException(
                "Can't "
                        + what
                        + " in "
                        + describe()
                        + " ("
                        + e
                        + "). See that the directory is mounted, writable by this user and not"
                        + " full, then run again: nothing half-written is visible.",
                e);
    }

    @Override
    public boolean canFillUp() {
        return true;
    }

    @Override
    public boolean releaseReserve() {
        return reserve.release();
    }

    @Override
    public void takeReserve() {
        reserve.take();
    }

    @Override
    public String describe() {
        return "file:" + root;
    }

    @Override
    public void close() {
        // Files are opened and closed by each call.
    }
}
