package io.tidemark.embedded.process;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The command line of a process with this one's class path.
 *
 * <p>Such a process lives for seconds, most of them spent on loading the same thousands of classes:
 * so it has the first compiler only, and one {@code main} that is started often is given an archive
 * of its classes ({@link ClassArchive}). Neither changes what the process does.
 */
public final class JvmCommand {
    private JvmCommand() {}

    /**
     * @param options of the JVM; they come after those chosen here, and win
     */
    public static List<String> of(Class<?> main, List<String> options, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(java());
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-Djava.net.preferIPv4Stack=true"));
        command.addAll(ClassArchive.optionsOf(main.getName()));
        command.addAll(options);
        command.add(main.getName());
        command.addAll(arguments);
        return command;
    }

    static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /** Surefire's own class path is one jar that names the others. */
    static List<Path> classPath() {
        String paths =
                System.getProperty(
                        "surefire.test.class.path", System.getProperty("java.class.path"));
        List<Path> entries = new ArrayList<>();
        for (String path : paths.split(File.pathSeparator, -1)) {
            if (!path.isEmpty()) {
                entries.add(Path.of(path));
            }
        }
        return entries;
    }
}
