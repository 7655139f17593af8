package io.tidemark.storage.object;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Walks a directory tree in the order of keys, one folder at a time. In that order a folder sorts
 * as its name with a slash behind it ({@code a-b} before {@code a/b}).
 */
final class FileListing {
    private final Path root;
    private final String prefix;
    private final String startAfter;

    FileListing(Path root, String prefix, String startAfter) {
        this.root = root;
        this.prefix = prefix;
        this.startAfter = startAfter;
    }

    Stream<StoredObject> stream() {
        Walk walk = new Walk();
        return StreamSupport.stream(
                Spliterators.spliteratorUnknownSize(walk, Spliterator.ORDERED), false);
    }

    /** The files of the prefix's own folder. */
    List<StoredObject> topLevel() {
        return children(prefix).stream()
                .filter(child -> !child.folder())
                .flatMap(child -> object(child).stream())
                .toList();
    }

    /** Holds one folder's children per level: a stream of streams would read ahead whole levels. */
    private final class Walk implements Iterator<StoredObject> {
        private final Deque<Child> open = new ArrayDeque<>();
        private StoredObject next;

        Walk() {
            // Begin at the deepest folder that the prefix names whole.
            int slash = prefix.lastIndexOf('/');
            push(slash < 0 ? "" : prefix.substring(0, slash + 1));
        }

        private void push(String folder) {
            List<Child> children = children(folder);
            for (int i = children.size() - 1; i >= 0; i--) {
                open.push(children.get(i));
            }
        }

        @Override
        public boolean hasNext() {
            while (next == null && !open.isEmpty()) {
                Child child = open.pop();
                if (child.folder()) {
                    push(child.key());
                } else {
                    next = object(child).orElse(null);
                }
            }
            return next != null;
        }

        @Override
        public StoredObject next() {
            if (!hasNext()) {
                throw new NoSuchElementException("the listing has ended");
            }
            StoredObject object = next;
            next = null;
            return object;
        }
    }

    private List<Child> children(String folder) {
        List<Child> children = new ArrayList<>();
        try (Stream<Path> paths = Files.list(folder.isEmpty() ? root : root.resolve(folder))) {
            paths.forEach(path -> add(folder, path, children));
        } catch (NoSuchFileException | java.nio.file.NotDirectoryException absent) {
            return List.of();
        } catch (IOException e) {
            throw unreachable(folder, e);
        } catch (UncheckedIOException e) {
            throw unreachable(folder, e.getCause());
        }
        children.sort(Comparator.comparing(Child::key));
        return children;
    }

    private void add(String folder, Path path, List<Child> children) {
        String name = path.getFileName().toString();
        boolean directory = Files.isDirectory(path);
        String key = folder + name + (directory ? "/" : "");
        boolean temporary = folder.isEmpty() && name.equals(FileObjectStore.TEMPORARY);
        if (!temporary && (directory ? mayHold(key) : isAsked(key))) {
            children.add(new Child(key, path, directory));
        }
    }

    private boolean isAsked(String key) {
        return key.startsWith(prefix) && key.compareTo(startAfter) > 0;
    }

    private boolean mayHold(String folder) {
        boolean below = folder.startsWith(prefix) || prefix.startsWith(folder);
        return below && (folder.compareTo(startAfter) > 0 || startAfter.startsWith(folder));
    }

    private UnreachableException unreachable(String folder, IOException e) {
        return new UnreachableException(
                "Can't list "
                        + folder
                        + " in file:"
                        + root
                        + " ("
                        + e
                        + "). See that the"
                        + " directory is mounted and readable by this user, then run again.",
                e);
    }

    /** A file or, with a slash behind its key, a folder. */
    private record Child(String key, Path path, boolean folder) {}

    private Optional<StoredObject> object(Child child) {
        try {
            return Optional.of(new StoredObject(child.key(), Files.size(child.path())));
        } catch (NoSuchFileException goneMeanwhile) {
            // Deleted between the listing and now: as if it had been deleted before.
            return Optional.empty();
        } catch (IOException e) {
            // It is there: without it an archive would look shorter than it is.
            throw unreachable(child.key(), e);
        }
    }
}
