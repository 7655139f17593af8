package io.tidemark.cli.dump;

import io.tidemark.cli.CommandFailure;
import io.tidemark.cli.ExitCode;
import io.tidemark.cli.backupfile.BackupFile;
import io.tidemark.schemas.model.Namespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Reads a folder as mongodump writes it: {@code database/collection.bson}, beside it {@code
 * collection.metadata.json}, each perhaps with {@code .gz}, {@code .zst} or {@code .snappy}; at the
 * top perhaps {@code oplog.bson}, the entries of the time of the dump.
 */
public final class DumpDirectory {
    private static final List<String> SUFFIXES =
            List.of("", ".gz", ".zst", ".snappy", ".s2", ".lz4");
    private static final String METADATA = ".metadata.json";
    private static final String DOCUMENTS = ".bson";

    /**
     * How a dump of one database spells the users and roles of that database ({@code
     * --dumpDbUsersAndRoles}). Only {@code admin} holds those of all.
     */
    private static final String USERS_AND_ROLES = "$admin.";

    private DumpDirectory() {}

    /**
     * @throws CommandFailure if there is no such folder, or it is no dump
     */
    public static FileDump read(Path path) {
        if (!Files.isDirectory(path)) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "There is no folder "
                            + path
                            + ". --dump takes the folder that mongodump wrote, with one folder per"
                            + " database in it.");
        }
        List<FileDump.CollectionFile> found = new ArrayList<>();
        List<String> leftOut = new ArrayList<>();
        for (Path entry : children(path)) {
            if (isServersOwn(entry)) {
                continue;
            }
            if (Files.isDirectory(entry)) {
                found.addAll(collections(entry));
                leftOut.addAll(usersAndRoles(entry));
            } else if (isCollection(entry) && !isOplog(entry)) {
                throw new CommandFailure(
                        ExitCode.USAGE,
                        "Folder "
                                + path
                                + " has collections directly in it ("
                                + entry.getFileName()
                                + "), so it is one database's part of a dump. Give the folder"
                                + " above it.");
            }
        }
        return new FileDump(oplogIn(path).map(BackupFile::of), Optional.empty(), found, leftOut);
    }

    private static List<String> usersAndRoles(Path database) {
        return children(database).stream()
                .filter(
                        file ->
                                baseName(file, DOCUMENTS)
                                        .map(FileNames::decode)
                                        .filter(name -> name.startsWith(USERS_AND_ROLES))
                                        .isPresent())
                .map(file -> database.getFileName() + "/" + file.getFileName())
                .toList();
    }

    /** What is in {@code local} is one server's: no restore wants it, its oplog least of all. */
    private static boolean isServersOwn(Path entry) {
        return Files.isDirectory(entry) && entry.getFileName().toString().equals("local");
    }

    private static Optional<Path> oplogIn(Path path) {
        return children(path).stream().filter(DumpDirectory::isOplog).findFirst();
    }

    private static boolean isOplog(Path path) {
        return baseName(path, DOCUMENTS).filter("oplog"::equals).isPresent();
    }

    private static boolean isCollection(Path path) {
        return baseName(path, DOCUMENTS).isPresent() || baseName(path, METADATA).isPresent();
    }

    private static List<FileDump.CollectionFile> collections(Path database) {
        Map<String, Path> documents = new TreeMap<>();
        Map<String, Path> metadata = new TreeMap<>();
        for (Path file : children(database)) {
            baseName(file, METADATA).ifPresent(name -> putOnce(metadata, name, file));
            baseName(file, DOCUMENTS).ifPresent(name -> putOnce(documents, name, file));
        }
        Map<Namespace, FileDump.CollectionFile> found = new TreeMap<>();
        String name = database.getFileName().toString();
        documents.forEach((file, path) -> add(found, name, file, metadata, Optional.of(path)));
        // A view, and a time-series collection beside its buckets, has metadata only.
        metadata.keySet().stream()
                .filter(file -> !documents.containsKey(file))
                .forEach(file -> add(found, name, file, metadata, Optional.empty()));
        return List.copyOf(found.values());
    }

    private static void putOnce(Map<String, Path> files, String name, Path file) {
        Path other = files.put(name, file);
        if (other != null) {
            throw new CommandFailure(
                    ExitCode.ARCHIVE_DAMAGED,
                    other
                            + " and "
                            + file.getFileName()
                            + " are of one collection, so the folder mixes two dumps. Leave the one"
                            + " that belongs to the others.");
        }
    }

    private static void add(
            Map<Namespace, FileDump.CollectionFile> found,
            String database,
            String file,
            Map<String, Path> metadata,
            Optional<Path> documents) {
        CollectionMetadata known =
                Optional.ofNullable(metadata.get(file))
                        .map(BackupFile::of)
                        .map(CollectionMetadata::read)
                        .orElse(CollectionMetadata.NONE);
        String collection = known.collectionName().orElseGet(() -> FileNames.decode(file));
        if (collection.startsWith(USERS_AND_ROLES)) {
            return;
        }
        Namespace ns = new Namespace(database, collection);
        found.put(
                ns,
                new FileDump.CollectionFile(
                        new DumpedCollection(ns, known, documents.isPresent()),
                        documents.map(BackupFile::of),
                        Optional.empty()));
    }

    private static Optional<String> baseName(Path path, String ending) {
        String name = path.getFileName().toString();
        return SUFFIXES.stream()
                .map(suffix -> ending + suffix)
                .filter(name::endsWith)
                .map(end -> name.substring(0, name.length() - end.length()))
                .filter(base -> !base.isEmpty())
                .findFirst();
    }

    private static List<Path> children(Path folder) {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.sorted().toList();
        } catch (IOException unreadable) {
            throw BackupFile.of(folder).unreadable(unreadable);
        }
    }
}
