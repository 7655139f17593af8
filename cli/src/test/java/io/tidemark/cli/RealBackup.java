package io.tidemark.cli;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A backup that Percona Backup for MongoDB took of a real two-shard cluster of version 5.0, laid
 * out as mongodump would. Lies beside the repository; tests that need it are skipped elsewhere.
 */
public final class RealBackup {
    private final Path files;
    private final Path folder;

    private RealBackup(Path files, Path folder) {
        this.files = files;
        this.folder = folder;
    }

    /** Skips the test where the files are absent. */
    public static RealBackup in(Path folder) {
        Path files = files();
        assumeTrue(
                Files.isDirectory(files),
                "needs the recorded backup in ../shared/data/pbm-5.0, which is not part of a"
                        + " clone");
        return new RealBackup(files, folder);
    }

    /** Where its files are, if they are. */
    public static Path files() {
        return TidemarkTest.repository().resolveSibling("shared").resolve("data/pbm-5.0");
    }

    /** The dump folder of {@code replicaSet}: rs1, rs2 or cfg. */
    public Path dump(String replicaSet) {
        try (Stream<Path> all = Files.list(files)) {
            String prefix = replicaSet + ".";
            Path dump = Files.createDirectories(folder.resolve("dump-" + replicaSet));
            for (Path file : all.filter(f -> name(f).startsWith(prefix)).toList()) {
                String rest = name(file).substring(prefix.length());
                if (!rest.endsWith("oplog.bson")) {
                    int dot = rest.indexOf('.');
                    Path database = Files.createDirectories(dump.resolve(rest.substring(0, dot)));
                    copy(file, database.resolve(rest.substring(dot + 1)));
                }
            }
            return dump;
        } catch (IOException failed) {
            throw new UncheckedIOException("no dump of " + replicaSet + " in " + folder, failed);
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        if (!Files.exists(to)) {
            Files.copy(from, to);
        }
    }

    /** The oplog recorded during the dump, and the two slices after it. */
    public List<Path> oplogs(String replicaSet) {
        return Stream.of("backup", "pitr1", "pitr2")
                .map(part -> files.resolve(replicaSet + "." + part + ".oplog.bson"))
                .toList();
    }

    /** Imports one replica set by the command, with these oplog files. */
    public CommandRun imports(String replicaSet, List<Path> oplogs, String... further) {
        Stream<String> role =
                switch (replicaSet) {
                    case "cfg" -> Stream.of("--config-server");
                    case "rs2" -> Stream.of("--shard", "rsx");
                    default -> Stream.of("--shard", replicaSet);
                };
        Stream<String> head =
                Stream.of(
                        "import",
                        "--json",
                        "--cluster=pbm",
                        "--bucket=" + bucket(),
                        "--replica-set=" + replicaSet,
                        "--dump=" + dump(replicaSet));
        Stream<String> files =
                oplogs.stream().flatMap(file -> Stream.of("--oplog", file.toString()));
        return CommandRun.of(
                Stream.of(head, role, files, Stream.of(further))
                        .flatMap(s -> s)
                        .toArray(String[]::new));
    }

    public String bucket() {
        return "file:" + folder.resolve("bucket");
    }

    private static String name(Path file) {
        return file.getFileName().toString();
    }
}
