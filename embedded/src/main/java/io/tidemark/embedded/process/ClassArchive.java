package io.tidemark.embedded.process;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Class data archives (JEP 350) for classes whose {@code main} this JVM starts again and again: the
 * process maps its classes instead of reading, parsing and verifying them, which halves the
 * processor time of its start.
 *
 * <p>The first four processes list the classes that they load, as each may be killed early. From
 * the fifth on they are archived: making an archive costs about as much as it saves four processes.
 * Where none can be made, or the JVM finds that it doesn't fit, processes load their classes as
 * ever.
 *
 * <p>All files are temporary, and go with this JVM. Methods may be called from any thread.
 */
final class ClassArchive {
    private static final int PAYS_FROM = 5;
    private static final long MAKING_SECONDS = 120;
    private static final Map<String, ClassArchive> ARCHIVES = new HashMap<>();
    private static String classPath = "";
    private static Path folder = Path.of("");

    private final String main;
    private final List<String> lists = new ArrayList<>();
    private final Path archive;
    private int starts;

    private ClassArchive(String main) {
        this.main = main;
        archive = temporary(main + ".jsa");
    }

    /** The options for the next process: its class path, and what makes or uses the archive. */
    static synchronized List<String> optionsOf(String main) {
        try {
            if (classPath.isEmpty()) {
                folder = Files.createTempDirectory("tidemark-classes");
                folder.toFile().deleteOnExit();
                classPath = ofJars();
            }
            return ARCHIVES.computeIfAbsent(main, ClassArchive::new).options();
        } catch (IOException e) {
            throw new UncheckedIOException("Can't keep the classes of " + main, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while archiving the classes of " + main);
        }
    }

    private List<String> options() throws IOException, InterruptedException {
        starts++;
        if (starts < PAYS_FROM) {
            Path list = temporary(main + "." + starts);
            lists.add(list.toString());
            return List.of("-XX:DumpLoadedClassList=" + list, "-cp", classPath);
        }
        if (starts == PAYS_FROM) {
            make();
        }
        return Files.exists(archive)
                ? List.of("-XX:SharedArchiveFile=" + archive, "-Xshare:auto", "-cp", classPath)
                : List.of("-cp", classPath);
    }

    private void make() throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                JvmCommand.java(),
                                "-XX:TieredStopAtLevel=1",
                                "-XX:+UseSerialGC",
                                "-XX:ArchiveClassesAtExit=" + archive,
                                "-cp",
                                classPath,
                                ClassLoading.class.getName()));
        command.addAll(lists);
        Process making =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        boolean ended = making.waitFor(MAKING_SECONDS, TimeUnit.SECONDS);
        making.destroyForcibly();
        if (!ended || making.exitValue() != 0) {
            Files.deleteIfExists(archive);
        }
    }

    /** An archive is refused where the class path has folders: what they hold may change. */
    private static String ofJars() throws IOException {
        StringBuilder jars = new StringBuilder();
        int folders = 0;
        for (Path entry : JvmCommand.classPath()) {
            Path jar = entry;
            if (Files.isDirectory(entry)) {
                jar = temporary(folders++ + ".jar");
                FolderJar.write(entry, jar);
            }
            if (Files.exists(jar)) {
                jars.append(jars.isEmpty() ? "" : File.pathSeparator).append(jar);
            }
        }
        return jars.toString();
    }

    private static Path temporary(String name) {
        Path file = folder.resolve(name);
        file.toFile().deleteOnExit();
        return file;
    }

    /** Loads the classes of the lists, so that this JVM archives them as it ends. */
    static final class ClassLoading {
        private ClassLoading() {}

        public static void main(String[] arguments) throws IOException {
            ClassLoader loader = ClassLoading.class.getClassLoader();
            Set<String> all = new LinkedHashSet<>();
            for (String list : arguments) {
                all.addAll(names(Path.of(list)));
            }
            for (String name : all) {
                try {
                    Class.forName(name, false, loader);
                } catch (ClassNotFoundException | LinkageError e) {
                    // One that the process made as it ran, or the end of a list cut by a kill.
                }
            }
        }

        /** Without those of other class loaders, and the lines about lambda expressions. */
        private static List<String> names(Path list) throws IOException {
            if (!Files.exists(list)) {
                return List.of(); // its process was killed before it began
            }
            return Files.readAllLines(list).stream()
                    .filter(line -> !line.isEmpty() && "#@".indexOf(line.charAt(0)) < 0)
                    .filter(line -> !line.contains("source:"))
                    .map(line -> line.split(" ", 2)[0].replace('/', '.'))
                    .toList();
        }
    }
}
