package io.tidemark.cli;

import io.tidemark.schemas.config.ConfigValues;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * What is set outside the command line: a configuration file ({@code key = value} lines, keys in
 * lower case with dots) and above it the environment, where {@code slice.max.bytes} is {@code
 * TIDEMARK_SLICE_MAX_BYTES}. Flags stand above both.
 */
public final class Settings {
    /** Names the configuration file where no {@code --config} does. */
    static final String FILE_VARIABLE = "TIDEMARK_CONFIG";

    private static final String PREFIX = "TIDEMARK_";

    /** Variables of the launcher and of this class, which are no settings of a service. */
    private static final Set<String> OF_THE_COMMAND = Set.of("config", "java.opts", "test.mongo");

    private final Map<String, String> file;
    private final Map<String, String> environment;

    private Settings(Map<String, String> file, Map<String, String> environment) {
        this.file = Map.copyOf(file);
        this.environment = Map.copyOf(environment);
    }

    /**
     * @param path absent for none; then {@code TIDEMARK_CONFIG} may name one
     * @throws CommandFailure if the file can't be read
     */
    static Settings read(Optional<Path> path, Map<String, String> environment) {
        Optional<Path> chosen =
                path.or(() -> Optional.ofNullable(environment.get(FILE_VARIABLE)).map(Path::of));
        return new Settings(chosen.map(Settings::load).orElse(Map.of()), environment);
    }

    private static Map<String, String> load(Path path) {
        try {
            return ConfigValues.fromFile(path);
        } catch (NoSuchFileException absent) {
            throw unreadable(path, "there is no such file", absent);
        } catch (IOException | IllegalArgumentException unreadable) {
            throw unreadable(path, unreadable.getMessage(), unreadable);
        }
    }

    private static CommandFailure unreadable(Path path, String why, Exception cause) {
        return new CommandFailure(
                ExitCode.USAGE,
                "Configuration file '" + path + "' can't be read: " + why + ".",
                cause);
    }

    /** The value of {@code key}: the environment's, else the file's. */
    public Optional<String> get(String key) {
        return Optional.ofNullable(environment.get(variable(key)))
                .or(() -> Optional.ofNullable(file.get(key)));
    }

    /**
     * Everything that file and environment set, for a service that knows all its keys and refuses
     * others.
     */
    public Map<String, String> forService() {
        Map<String, String> values = new TreeMap<>(file);
        values.putAll(ConfigValues.fromEnvironment(environment, PREFIX));
        OF_THE_COMMAND.forEach(values::remove);
        return values;
    }

    /** The keys that the file sets. */
    Set<String> keysOfFile() {
        return file.keySet();
    }

    /** The file's entries whose keys begin with {@code prefix}, without it. */
    public Map<String, String> under(String prefix) {
        Map<String, String> found = new TreeMap<>();
        file.forEach(
                (key, value) -> {
                    if (key.startsWith(prefix)) {
                        found.put(key.substring(prefix.length()), value);
                    }
                });
        return found;
    }

    /** The environment variable of {@code key}. */
    public static String variable(String key) {
        return PREFIX + key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }
}
