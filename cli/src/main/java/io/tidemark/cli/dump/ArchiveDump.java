package io.tidemark.cli.dump;

import io.tidemark.cli.CommandFailure;
import io.tidemark.cli.ExitCode;
import io.tidemark.cli.backupfile.BackupFile;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.Namespace;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A dump in one file, in which collections lie mixed ({@code mongodump --archive}). It is read
 * twice: first to its end, which proves it whole and finds its own oplog, then for its documents.
 */
public final class ArchiveDump implements Dump {
    private static final Namespace SHARDS = Namespace.of("config.shards");
    private static final Namespace VERSIONS = Namespace.of("admin.system.version");
    private static final int MOST_SHARDS = 10_000;

    private final BackupFile file;
    private final ArchiveReader.Prelude prelude;
    private final List<DumpedCollection> collections;
    private final Optional<BackupFile> oplog;
    private final List<RawDocument> shards;
    private final Optional<String> shardId;
    private final int mostOpen;

    private ArchiveDump(BackupFile file, FirstReading reading) {
        this.file = file;
        this.prelude = reading.prelude;
        this.collections = List.copyOf(reading.collections.values());
        this.oplog = reading.oplog();
        this.shards = List.copyOf(reading.shards);
        this.shardId = ShardIdentity.in(reading.versions);
        this.mostOpen = reading.mostOpen;
    }

    /**
     * Reads the whole archive.
     *
     * @param scratch where its oplog is put, if it has one
     * @throws CommandFailure if it is damaged, cut off or no archive
     */
    public static ArchiveDump read(BackupFile file, Path scratch) {
        try (FirstReading reading = new FirstReading(file, scratch)) {
            reading.run();
            return new ArchiveDump(file, reading);
        }
    }

    @Override
    public List<DumpedCollection> collections() {
        return collections;
    }

    @Override
    public Optional<BackupFile> oplog() {
        return oplog;
    }

    @Override
    public Optional<String> serverVersion() {
        return prelude.serverVersion();
    }

    @Override
    public int mostOpen() {
        return mostOpen;
    }

    @Override
    public List<RawDocument> shards() {
        return shards;
    }

    @Override
    public Optional<String> shardId() {
        return shardId;
    }

    @Override
    public void read(Receiver receiver) {
        ArchiveReader.read(
                file,
                new ArchiveReader.Receiver() {
                    @Override
                    public void prelude(ArchiveReader.Prelude ignored) {
                        // Known from the first reading.
                    }

                    @Override
                    public void document(Namespace namespace, RawDocument document) {
                        receiver.document(namespace, document, file);
                    }

                    @Override
                    public void finished(Namespace namespace) {
                        receiver.finished(namespace);
                    }

                    @Override
                    public void oplogEntry(RawDocument entry) {
                        // In a file of its own by now.
                    }
                });
    }

    /** What the first reading finds. */
    private static final class FirstReading implements ArchiveReader.Receiver, AutoCloseable {
        private final BackupFile file;
        private final Path scratch;
        private final Map<Namespace, DumpedCollection> collections = new TreeMap<>();
        private final Map<Namespace, Boolean> open = new TreeMap<>();
        private final List<RawDocument> shards = new ArrayList<>();
        private final List<RawDocument> versions = new ArrayList<>();
        private ArchiveReader.Prelude prelude;
        private Optional<Path> oplog = Optional.empty();
        private OutputStream oplogOut;
        private int mostOpen = 1;

        FirstReading(BackupFile file, Path scratch) {
            this.file = file;
            this.scratch = scratch;
        }

        void run() {
            ArchiveReader.read(file, this);
            requireAll();
            closeOplog();
        }

        /** A cut between two blocks shows only in what never came. */
        private void requireAll() {
            for (DumpedCollection told : prelude.collections()) {
                boolean view = told.metadata().type().equals("view");
                Namespace stored = told.isTimeSeries() ? told.buckets() : told.namespace();
                boolean came =
                        collections.containsKey(stored) && collections.get(stored).hasDocuments();
                boolean itself =
                        collections.containsKey(told.namespace())
                                && collections.get(told.namespace()).hasDocuments();
                if (!view && !came && !itself) {
                    throw file.damaged(
                            "is cut off: it lists collection "
                                    + told.namespace()
                                    + ", whose documents don't come");
                }
            }
        }

        @Override
        public void prelude(ArchiveReader.Prelude read) {
            prelude = read;
            read.collections().forEach(told -> collections.put(told.namespace(), told));
        }

        @Override
        public void document(Namespace namespace, RawDocument document) {
            if (open.put(namespace, true) == null) {
                mostOpen = Math.max(mostOpen, open.size());
            }
            keep(namespace, document, SHARDS, shards);
            keep(namespace, document, VERSIONS, versions);
        }

        private static void keep(
                Namespace namespace, RawDocument document, Namespace wanted, List<RawDocument> in) {
            if (namespace.equals(wanted) && in.size() < MOST_SHARDS) {
                in.add(RawDocument.of(document.toBytes()));
            }
        }

        @Override
        public void finished(Namespace namespace) {
            open.remove(namespace);
            CollectionMetadata known =
                    Optional.ofNullable(collections.get(namespace))
                            .map(DumpedCollection::metadata)
                            .orElse(CollectionMetadata.NONE);
            collections.put(namespace, new DumpedCollection(namespace, known, true));
        }

        @Override
        public void oplogEntry(RawDocument entry) {
            try {
                if (oplogOut == null) {
                    // Its name stands in answers: one that tells where it comes from.
                    Path folder = Files.createTempDirectory(scratch, "archive");
                    oplog = Optional.of(folder.resolve(file.shortName() + ".oplog.bson"));
                    oplogOut = new BufferedOutputStream(Files.newOutputStream(oplog.get()));
                }
                oplogOut.write(entry.array(), entry.offset(), entry.sizeBytes());
            } catch (IOException full) {
                throw noScratch(full);
            }
        }

        private void closeOplog() {
            try {
                if (oplogOut != null) {
                    oplogOut.close();
                }
            } catch (IOException full) {
                throw noScratch(full);
            }
        }

        private CommandFailure noScratch(IOException cause) {
            return new CommandFailure(
                    ExitCode.UNREACHABLE,
                    "The oplog in "
                            + file
                            + " can't be put aside into "
                            + scratch
                            + ": "
                            + cause.getMessage()
                            + ". Free space there, or name another folder by"
                            + " TIDEMARK_JAVA_OPTS=-Djava.io.tmpdir=DIR. Nothing was stored.",
                    cause);
        }

        Optional<BackupFile> oplog() {
            return oplog.map(BackupFile::of);
        }

        @Override
        public void close() {
            try {
                if (oplogOut != null) {
                    oplogOut.close();
                }
            } catch (IOException closedAlready) {
                throw noScratch(closedAlready);
            }
        }
    }
}
